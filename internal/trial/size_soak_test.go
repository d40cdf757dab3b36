//go:build soak

package trial

// soaking makes every torment as large as the guarantees ask for.
const soaking = true
