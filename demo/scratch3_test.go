package demo
import ("testing";"time";"fmt";"baithaka/inn")
func replay(t *testing.T, deeds []deed) []inn.Booking {
 m:=map[string]inn.Booking{}
 for _,d:=range deeds { if d.Booking==nil {continue}
  was,ok:=m[d.Booking.ID]; b,_,ch,err:=was.Apply(d.Type,*d.Booking,ok,d.At); if err!=nil||!ch {t.Fatal(err,d)}; m[b.ID]=b }
 var r []inn.Booking; for _,b:=range m {r=append(r,b)}; return r
}
func TestSurvey(t *testing.T){
 var ps []inn.Property; for _,h:=range houses(){ps=append(ps,h.Property)}
 for seed:=range uint64(16){ now:=time.Now().Add(time.Duration(seed)*95*time.Minute)
  bs:=replay(t,tell(seed,now)); c:=map[string]int{}; for _,b:=range bs{c[string(b.Status)]++}
  f:=inn.Measure("x",ps,bs,now,30)
  fmt.Printf("%d n=%d %v\n  occ %.1f tonight %v active %d (%v) cust %d (%v) new %d", seed,len(bs),c,*f.Occupancy,f.Tonight,f.ActiveBookings,*f.BookingsChange,f.TotalCustomers,*f.CustomersChange,f.NewToday)
  for _,k:=range []string{"INR","EUR","GBP","JPY"}{fmt.Printf(" %s %v (%v) today %v;",k,f.Currencies[k].TotalRevenue,*f.Currencies[k].RevenueChange,f.Currencies[k].TodayRevenue)}
  for _,p:=range ps[:6]{ g:=inn.Measure("x",[]inn.Property{p},bs,now,30); h:=inn.Measure("x",[]inn.Property{p},bs,now,90); fmt.Printf(" %s %.0f/%.0f",p.Slug,*g.Occupancy,*h.Occupancy)}
  fmt.Println()
 }
}
