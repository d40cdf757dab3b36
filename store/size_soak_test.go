//go:build soak

package store

// soaking makes every torment as large as the guarantees ask for.
const soaking = true
