//go:build soak

package main

// soaking makes every torment as large as the guarantees ask for.
const soaking = true
