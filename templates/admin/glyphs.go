package admin

// glyphs are the drawings of the icons, 24 units wide and high.
var glyphs = map[string]string{
	"gear": `<circle cx="12" cy="12" r="3"></circle>` +
		`<path d="M12 3.500v3M12 17.500v3M3.500 12h3M17.500 12h3M6 6l2.100 2.100M15.900 15.900 18 18M18 6l-2.100 2.100M8.100 15.900 6 18"></path>`,
	"pulse":  `<path d="M3 12h4l2.500-6 5 12 2.500-6h4"></path>`,
	"gauge":  `<path d="M4 19V9M10 19V5M16 19v-7M21 19H3"></path>`,
	"inbox":  `<path d="M3.500 13.500 6 5h12l2.500 8.500V19h-17z"></path><path d="M3.500 13.500H9a3 3 0 0 0 6 0h5.500"></path>`,
	"bag":    `<path d="M5 8.500h14l1 12H4z"></path><path d="M8.500 11V7a3.500 3.500 0 0 1 7 0v4"></path>`,
	"stop":   `<circle cx="12" cy="12" r="8.500"></circle><path d="m6 6 12 12"></path>`,
	"book":   `<path d="M6 3.500h12v17l-3-2-3 2-3-2-3 2z"></path><path d="M9 8.500h6M9 12.500h6"></path>`,
	"return": `<path d="M9 6 4.500 10.500 9 15"></path><path d="M4.500 10.500h9a5 5 0 0 1 0 10H11"></path>`,
	"list":   `<path d="M9 6.500h11M9 12h11M9 17.500h11"></path><path d="M4 6.500h.5M4 12h.5M4 17.500h.5"></path>`,
	"shield": `<path d="M12 3.500 19 6v6c0 4.500-3 7.300-7 8.500-4-1.200-7-4-7-8.500V6z"></path><path d="m9 12 2.200 2.200L15 10.300"></path>`,
	"people": `<circle cx="9" cy="9" r="3.500"></circle>` +
		`<path d="M2.500 19.500c.7-3.500 3-5 6.500-5s5.800 1.500 6.500 5M15.500 6a3.300 3.300 0 0 1 0 6.300M18 15c2 .6 3.100 2.100 3.500 4.500"></path>`,
	"user":  `<circle cx="12" cy="8.500" r="4"></circle><path d="M4.500 20.500c.8-4.200 3.700-6 7.500-6s6.700 1.800 7.500 6"></path>`,
	"check": `<path d="m5 12.500 4.500 4.500L19 7.500"></path>`,
	"clock": `<circle cx="12" cy="12" r="8.500"></circle><path d="M12 7v5l3.500 2"></path>`,
	"alert": `<path d="M12 4 21 19.500H3z"></path><path d="M12 10v4.500M12 17v.2"></path>`,
	"info":  `<circle cx="12" cy="12" r="8.500"></circle><path d="M12 11v5.500M12 7.800V8"></path>`,
	"question": `<circle cx="12" cy="12" r="8.500"></circle>` +
		`<path d="M9.500 9.700a2.500 2.500 0 1 1 3.700 2.200c-.8.4-1.200.9-1.200 1.800M12 16.700v.2"></path>`,
	"cross": `<path d="m6.500 6.500 11 11M17.500 6.500l-11 11"></path>`,
	"eye": `<path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z"></path>` +
		`<circle cx="12" cy="12" r="2.800"></circle>`,
	"arrow":  `<path d="M4.500 12h15M13 5.500l6.500 6.500-6.500 6.500"></path>`,
	"box":    `<path d="M4 8v9.500l8 3.500 8-3.500V8l-8-4z"></path><path d="m4 8 8 3.500L20 8M12 11.500V21"></path>`,
	"mail":   `<path d="M3.500 6h17v12.500h-17z"></path><path d="m4 6.500 8 6.500 8-6.500"></path>`,
	"pen":    `<path d="m5 15.500-1 4.500 4.500-1L20 7.500 16.500 4z"></path>`,
	"bolt":   `<path d="M13 3.500 5.500 13.500H12l-1 7 7.500-10H12z"></path>`,
	"key":    `<circle cx="8" cy="15.500" r="4"></circle><path d="m11 12.500 8.500-8.500M16 7.500l3 3"></path>`,
	"hook":   `<path d="M12 3.500v9.500a4 4 0 1 1-8 0M12 13l-2.500-2.500M12 3.500h4.500M17 8.500h3.500M17 12.500h3.500M17 16.500h3.500"></path>`,
	"lock":   `<path d="M5.500 11h13v9.500h-13z"></path><path d="M8.500 11V7.500a3.500 3.500 0 0 1 7 0V11"></path>`,
	"search": `<circle cx="11" cy="11" r="6.500"></circle><path d="m16 16 4.500 4.500"></path>`,
	"file":   `<path d="M6 3.500h8l4.500 4.500v12.500H6z"></path><path d="M12 10.500v6M9.500 14l2.500 2.500 2.500-2.500"></path>`,
	"turn":   `<path d="M20 12a8 8 0 1 1-2.500-5.800M18 3v3.500h-3.500"></path>`,
	"tree":   `<path d="M5 5h6v4H5zM13 15h6v4h-6z"></path><path d="M8 9v8h5M8 12h0"></path>`,
	"layers": `<path d="m12 3.500 9 4.500-9 4.500L3 8z"></path><path d="m3 12 9 4.500 9-4.500M3 16l9 4.500 9-4.500"></path>`,
	"up":     `<path d="m6 14 6-6 6 6"></path>`,
	"down":   `<path d="m6 10 6 6 6-6"></path>`,
	"left":   `<path d="m14 6-6 6 6 6"></path>`,
	"right":  `<path d="m10 6 6 6-6 6"></path>`,
	"plus":   `<path d="M12 5v14M5 12h14"></path>`,
	"bin":    `<path d="M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13"></path>`,
	"grip":   `<path d="M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1"></path>`,
	"star":   `<path d="m12 4 2.500 5.200 5.500.8-4 4 1 5.600-5-2.700-5 2.700 1-5.600-4-4 5.500-.8z"></path>`,
	"tag":    `<path d="M4 4.500h7.500l8.500 8.500-7 7L4.500 11.500z"></path><path d="M8 8v.1"></path>`,
	"ticket": `<path d="M4 7h16v3.500a1.500 1.500 0 0 0 0 3V17H4v-3.500a1.500 1.500 0 0 0 0-3zM14 8v.1M14 12v.1M14 16v.1"></path>`,
	"truck":  `<path d="M3 6.500h11v10H3zM14 10h4l3 3.500v3h-7M7 19v.1M17 19v.1"></path>`,
	"coin": `<circle cx="12" cy="12" r="8.500"></circle>` +
		`<path d="M14.500 9.500c-.6-1-1.500-1.500-2.500-1.500-1.600 0-2.700.9-2.700 2 0 2.700 5.500 1.300 5.500 4 0 1.200-1.200 2-2.800 2-1.200 0-2.200-.6-2.800-1.600M12 6.300V8M12 16v1.700"></path>`,
}
