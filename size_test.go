//go:build !soak

package main

const soaking = false
