//go:build soak

package handlers

// soaking makes every torment as large as the guarantees ask for.
const soaking = true
