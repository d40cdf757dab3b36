module baithaka/bench

go 1.26.0

require baithaka v0.0.0

replace baithaka => ../
