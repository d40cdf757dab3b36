package views

// today writes the day of the page: "Saturday 21 November".
func today(p Page) string { return p.Now.In(p.Zone).Format("Monday 2 January") }

func dashboardSubtitle(p Page, d Dashboard) string {
	properties := plural(d.Properties, "property")
	if d.Properties != 1 {
		properties = count(d.Properties) + " properties"
	}
	return joined(" · ", today(p), properties, "figures for the last "+spanName(d.Metrics.WindowLen))
}
