//go:build !soak

package trial

const soaking = false
