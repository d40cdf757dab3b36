package inn

import "strings"

// The tables of ISO 4217, as of November 2026. They are kept here because the
// usual libraries have how many decimals people like to see, which is another
// question: none for the Indonesian rupiah or the Pakistani rupee, in which
// channels send two.

// The active codes of list one; funds, metals and test codes are left out, since
// nobody sells a night for them.
const currencies = " AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC" +
	" CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD" +
	" JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO" +
	" NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS" +
	" TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "

// The currencies whose minor unit is not a hundredth, withdrawn ones among them.
const (
	noDecimals    = " BEF BIF BYR CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF PTE PYG RWF TRL UGX VND VUV XAF XOF XPF "
	threeDecimals = " BHD IQD JOD KWD LYD OMR TND "
	fourDecimals  = " UYW "
)

// withdrawn are the codes of list three that were money in this century: the day
// on which another took their place, and which.
var withdrawn = map[string]struct {
	On Date
	By string
}{
	"ATS": {"2002-03-01", "EUR"}, "BEF": {"2002-03-01", "EUR"}, "DEM": {"2002-03-01", "EUR"}, "ESP": {"2002-03-01", "EUR"},
	"FIM": {"2002-03-01", "EUR"}, "FRF": {"2002-03-01", "EUR"}, "GRD": {"2002-03-01", "EUR"}, "IEP": {"2002-03-01", "EUR"},
	"ITL": {"2002-03-01", "EUR"}, "LUF": {"2002-03-01", "EUR"}, "NLG": {"2002-03-01", "EUR"}, "PTE": {"2002-03-01", "EUR"},
	"SIT": {"2007-01-01", "EUR"}, "CYP": {"2008-01-01", "EUR"}, "MTL": {"2008-01-01", "EUR"}, "SKK": {"2009-01-01", "EUR"},
	"EEK": {"2011-01-01", "EUR"}, "LVL": {"2014-01-01", "EUR"}, "LTL": {"2015-01-01", "EUR"}, "HRK": {"2023-01-01", "EUR"},
	"BGN": {"2026-01-01", "EUR"},

	"AFA": {"2003-01-01", "AFN"}, "ANG": {"2025-07-01", "XCG"}, "AZM": {"2007-01-01", "AZN"}, "BYR": {"2017-01-01", "BYN"},
	"CSD": {"2006-10-01", "RSD"}, "CUC": {"2021-07-01", "CUP"}, "GHC": {"2008-01-01", "GHS"}, "MRO": {"2018-01-01", "MRU"},
	"MZM": {"2007-01-01", "MZN"}, "ROL": {"2007-01-01", "RON"}, "SDD": {"2007-07-01", "SDG"}, "SLL": {"2024-04-01", "SLE"},
	"SRG": {"2004-01-01", "SRD"}, "STD": {"2019-01-01", "STN"}, "TMM": {"2010-01-01", "TMT"}, "TRL": {"2006-01-01", "TRY"},
	"VEB": {"2008-07-01", "VEF"}, "VEF": {"2018-12-06", "VES"}, "ZMK": {"2013-07-01", "ZMW"}, "ZWL": {"2024-09-01", "ZWG"},
}

// IsCurrency reports whether code is an active ISO 4217 currency code: one in
// which something can be sold today.
func IsCurrency(code string) bool {
	return len(code) == 3 && strings.Contains(currencies, " "+code+" ")
}

// WasCurrency reports whether code is an ISO 4217 currency code that is active or
// was, so that what was sold then can still be told.
func WasCurrency(code string) bool {
	_, gone := withdrawn[code]
	return gone || IsCurrency(code)
}

// Digits returns how many decimals a currency has (ISO 4217: the minor unit).
func Digits(currency string) int {
	switch {
	case strings.Contains(noDecimals, " "+currency+" "):
		return 0
	case strings.Contains(threeDecimals, " "+currency+" "):
		return 3
	case strings.Contains(fourDecimals, " "+currency+" "):
		return 4
	}
	return 2
}
