//go:build !soak

package handlers

const soaking = false
