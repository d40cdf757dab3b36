package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// usage is what a process has used so far.
type usage struct {
	cpu time.Duration // user and system
	rss int64         // KiB in memory now
}

// usageOf reads the processor clock of a process, which the kernel keeps to the
// nanosecond (/proc/PID/stat counts hundredths), and its resident memory.
func usageOf(pid int) (usage, error) {
	var at syscall.Timespec
	clock := ^uintptr(pid)<<3 | 2 // what clock_getcpuclockid(3) gives
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&at)), 0); errno != 0 {
		return usage{}, fmt.Errorf("no processor clock of %d: %w", pid, errno)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return usage{}, err
	}
	u := usage{cpu: time.Duration(at.Nano())}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			u.rss, err = strconv.ParseInt(strings.Fields(value)[0], 10, 64)
		}
	}
	return u, err
}

// busy is how long all processors have worked since the machine started; with
// what the server and this program used, it says how noisy a run was.
func busy() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	var ticks int64
	for i, field := range strings.Fields(line)[1:] {
		if i != 3 && i != 4 && i < 8 { // neither idle nor waiting for a disk
			n, _ := strconv.ParseInt(field, 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func ownCPU() time.Duration {
	u, err := usageOf(os.Getpid())
	if err != nil {
		return 0
	}
	return u.cpu
}
