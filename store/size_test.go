//go:build !soak

package store

const soaking = false
