// The payment method in the block checkout. No build step: the libraries are WooCommerce's own.
( function () {
	const { title, description } = window.wc.wcSettings.getSetting( 'coincart_data', {} );
	const text = ( words ) => window.wp.element.createElement( 'div', null, words );
	const content = text( description );
	window.wc.wcBlocksRegistry.registerPaymentMethod( {
		name: 'coincart', label: text( title ), ariaLabel: title, content, edit: content,
		canMakePayment: () => true, supports: { features: [ 'products' ] },
	} );
} )();
