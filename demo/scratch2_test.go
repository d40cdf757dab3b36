package demo
import ("testing";"time";"fmt")
func BenchmarkTell(b *testing.B){ now:=time.Now(); for b.Loop(){ tell(1,now)} }
func TestRuns(t *testing.T){ d:=tell(1,time.Now()); n:=0; by:=""; for _,x:=range d { if x.by!=by {n++; by=x.by} }; fmt.Println("runs",n,len(d)) }
