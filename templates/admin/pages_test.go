package admin_test

const hostile = `"><script>alert(1)</script>'`
