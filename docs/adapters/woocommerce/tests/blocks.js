// Runs the script of the block checkout with doubles of WooCommerce's registry: node tests/blocks.js
const fs = require( 'fs' );
const path = require( 'path' );
const methods = [];
global.window = {
	wc: {
		wcSettings: { getSetting: ( name ) => ( name === 'coincart_data' ? { title: 'Coins', description: 'On the next page' } : {} ) },
		wcBlocksRegistry: { registerPaymentMethod: ( method ) => methods.push( method ) },
	},
	wp: { element: { createElement: ( type, props, text ) => ( { type, text } ) } },
};
eval( fs.readFileSync( path.join( __dirname, '../coincart-for-woocommerce/assets/blocks.js' ), 'utf8' ) );
const [ method ] = methods;
const fine = methods.length === 1 && method.name === 'coincart' && method.ariaLabel === 'Coins' && method.label.text === 'Coins' &&
	method.content.text === 'On the next page' && method.edit === method.content && method.canMakePayment() && method.supports.features.includes( 'products' );
console.log( ( fine ? 'ok    ' : 'FAIL  ' ) + 'the block checkout offers the payment method' );
process.exit( fine ? 0 : 1 );
