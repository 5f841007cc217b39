<?php
/**
 * A shop for tests, made of the doubles and the plugin:
 *
 *     DOUBLES_DIR=$(mktemp -d) DOUBLES_URL=http://127.0.0.1:9000 PHP_CLI_SERVER_WORKERS=4 php -S 127.0.0.1:9000 tests/shop.php
 *
 * /wc-api, /wp-admin and /checkout/order-received are what WooCommerce has there. /orders is what buyers, staff and the clock do, and what
 * tests look at; the same serves as the probe of `coincart conform merchant` (docs/conform.md).
 */

require __DIR__ . '/doubles.php';
require __DIR__ . '/../coincart-for-woocommerce/coincart-for-woocommerce.php';
do_action( 'plugins_loaded' );
do_action( 'before_woocommerce_init' );
apply_filters( 'woocommerce_payment_gateways', array() );

// What a payment gives is counted where it is given: a line for each time.
add_action( 'woocommerce_payment_complete', function ( $order_id ) {
	file_put_contents( doubles_file( "credited-$order_id" ), "x\n", FILE_APPEND | LOCK_EX );
} );
add_action( 'woocommerce_pre_payment_complete', function () {
	usleep( 1000 * ( doubles_read( 'slow.json' )['ms'] ?? 0 ) ); // so that others come in between
	if ( doubles_read( 'broken.json' )['on'] ?? false ) {
		throw new Exception( 'another plugin is broken' );
	}
} );
do_action( 'init' );

function answer( $data, int $status = 200 ): void {
	http_response_code( $status );
	header( 'Content-Type: application/json' );
	exit( json_encode( $data ) );
}

function tell( WC_Order $order ): array {
	$data     = doubles_read( "order-{$order->get_id()}.json" );
	$credited = is_file( doubles_file( "credited-{$order->get_id()}" ) ) ? count( file( doubles_file( "credited-{$order->get_id()}" ) ) ) : 0;
	$states   = array( 'pending' => 'open', 'on-hold' => 'review', 'processing' => 'paid', 'completed' => 'paid' );
	return array(
		'id'       => (string) $order->get_id(),
		'state'    => $states[ $order->get_status() ] ?? 'closed',
		'credited' => $credited,
		'status'   => $order->get_status(),
		'checkout' => $order->get_meta( '_coincart_checkout' ),
		'payment'  => $order->get_transaction_id(),
		'notes'    => $data['notes'],
		'refunds'  => count( $order->get_refunds() ),
	);
}

/** A browser without scripts, for the hosted page: it keeps cookies, follows redirects, and sends forms as they stand on the page. */
final class Browser {
	private array $cookies = array();
	public string $url     = '';
	public string $html    = '';
	public int $status     = 0;
	private string $address; // each buyer has another, because the shop limits the payments of one

	public function __construct() {
		$this->address = '198.18.' . random_int( 0, 255 ) . '.' . random_int( 1, 254 );
	}

	public function open( string $url, ?array $fields = null ): void {
		preg_match( '#^https?://[^/]+#', $this->url, $origin );
		$this->url = str_starts_with( $url, '/' ) ? $origin[0] . $url : ( $url ?: $this->url );
		$cookies   = array_map( fn( $name, $value ) => "$name=$value", array_keys( $this->cookies ), $this->cookies );
		$options   = array(
			'method'          => null === $fields ? 'GET' : 'POST',
			'header'          => array( 'Content-Type: application/x-www-form-urlencoded', 'Cookie: ' . implode( '; ', $cookies ), "X-Forwarded-For: $this->address" ),
			'content'         => http_build_query( $fields ?? array() ),
			'follow_location' => 0,
			'ignore_errors'   => true,
		);
		$this->html   = (string) file_get_contents( $this->url, false, stream_context_create( array( 'http' => $options ) ) );
		$this->status = (int) explode( ' ', $http_response_header[0] )[1];
		$next         = '';
		foreach ( $http_response_header as $line ) {
			if ( preg_match( '/^Set-Cookie: ([^=]+)=([^;]*)/i', $line, $part ) ) {
				$this->cookies[ $part[1] ] = $part[2];
			} elseif ( preg_match( '/^Location: (.*)$/i', $line, $part ) ) {
				$next = $part[1];
			}
		}
		if ( $next && ! str_contains( $next, 'pay.html' ) ) { // what follows there is not the shop's matter
			$this->open( $next );
		}
	}

	/** Sends the first form that has this text: by its button with this formaction, if it has one. */
	public function submit( string $has, array $fields ): void {
		preg_match_all( '#<form([^>]*)>(.*?)</form>#s', $this->html, $forms, PREG_SET_ORDER );
		$forms = array_filter( $forms, fn( $form ) => str_contains( $form[2], $has ) );
		$form  = reset( $forms ) ?: answer( array( 'error' => "no form with $has on $this->url" ), 502 );
		preg_match_all( '/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/', $form[2], $hidden );
		$values = $fields + array_combine( $hidden[1], array_map( 'html_entity_decode', $hidden[2] ) );
		if ( preg_match( '/<button[^>]*formaction="([^"]*' . preg_quote( $has, '/' ) . ')"[^>]*name="(\w+)" value="([^"]*)"/', $form[2], $button ) ) {
			$this->open( $button[1], array( $button[2] => html_entity_decode( $button[3] ) ) + $values );
			return;
		}
		preg_match( '/action="([^"]*)"/', $form[1], $action );
		$this->open( html_entity_decode( $action[1] ?? '' ), $values );
	}
}

/** Presses pay on the hosted page of an order, signed in at the exchange if that is wanted. */
function press_pay( string $page, string $coin, string $payer, bool $signed_in = false ): void {
	$browser = new Browser();
	do {
		$browser->status && usleep( 500000 ); // the shop limits the orders of one address
		$browser->open( $page );
		if ( $signed_in && str_contains( $browser->html, '/payments/connect"' ) ) {
			$browser->submit( '/payments/connect', array() );
			if ( 429 === $browser->status ) {
				continue;
			}
			$browser->submit( 'name="uid"', array( 'uid' => $payer ) );
		}
		$browser->submit( 'name="coin"', array( 'coin' => $coin ) + ( $signed_in ? array() : array( 'payer_uid' => $payer ) ) );
	} while ( 429 === $browser->status );
}

function make_order( array $input ): array {
	$id   = WC_Order::doubles_create( array( 'total' => $input['total'] ?? $input['amount'] ?? '20.00' ) );
	$made = ( new Coincart_Gateway() )->process_payment( $id );
	return array( 'id' => (string) $id ) + $made;
}

$path   = trim( parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ), '/' );
$parts  = explode( '/', $path );
$method = $_SERVER['REQUEST_METHOD'];
$input  = 'orders' === $parts[0] || 'probe' === $parts[0] || 'doubles' === $parts[0] ? ( json_decode( file_get_contents( 'php://input' ), true ) ?? array() ) : array();
$order  = ctype_digit( $parts[ 'probe' === $parts[0] ? 2 : 1 ] ?? '' ) ? wc_get_order( (int) $parts[ 'probe' === $parts[0] ? 2 : 1 ] ) : false;

switch ( true ) {
	case 'wc-api' === $parts[0]:
		status_header( isset( $GLOBALS['doubles_hooks'][ "woocommerce_api_$parts[1]" ] ) ? 200 : 400 );
		do_action( "woocommerce_api_$parts[1]" );
		exit( '-1' );
	case 'wp-admin/admin-post.php' === $path:
		do_action( "admin_post_{$_REQUEST['action']}" );
		exit;
	case 'wp-admin/admin.php' === $path:
		$gateway = new Coincart_Gateway();
		if ( 'POST' === $method ) {
			do_action( 'woocommerce_update_options_payment_gateways_coincart' );
		}
		$gateway = new Coincart_Gateway();
		$gateway->admin_options();
		exit;
	case 'checkout/order-received' === "$parts[0]/" . ( $parts[1] ?? '' ):
		do_action( 'woocommerce_thankyou_coincart', (int) $parts[2] );
		exit( 'Thank you.' );
	case 'doubles' === $parts[0]: // PUT /doubles/broken, /doubles/slow, /doubles/unreachable
		doubles_change( "$parts[1].json", function ( &$all ) use ( $input ) {
			$all = $input;
		} );
		answer( $input );
	case 'cron' === $path:
		wp_next_scheduled( 'coincart_ask_pending' ) || answer( array( 'error' => 'nothing is scheduled' ), 500 );
		do_action( 'coincart_ask_pending' );
		answer( array() );
	case 'POST orders' === "$method $path":
		answer( make_order( $input ) );
	case 'POST probe/orders' === "$method $path":
		$made = make_order( array() );
		'success' === $made['result'] || answer( $made, 502 );
		press_pay( $made['redirect'], $input['coin'], $input['payer'], isset( $input['code'] ) );
		answer( $made );
	case ! $order:
		answer( array( 'error' => 'no such order' ), 404 );
	case 'GET' === $method:
		answer( tell( $order ) );
	case 'DELETE' === $method:
		$order->has_status( array( 'pending', 'on-hold', 'failed' ) ) && $order->update_status( 'cancelled', 'Order cancelled by customer.' );
		answer( tell( wc_get_order( $order->get_id() ) ) );
	case 'pay' === $parts[2]:
		answer( ( new Coincart_Gateway() )->process_payment( $order->get_id() ) );
	case 'again' === ( $parts[3] ?? '' ):
		$made = ( new Coincart_Gateway() )->process_payment( $order->get_id() );
		press_pay( $made['redirect'], 'BTC', '22033390' );
		answer( $made );
	case 'total' === $parts[2]:
		$order->set_total( $input['total'] );
		$order->save();
		answer( tell( $order ) );
	case 'refunds' === $parts[2]:
		$made = wc_create_refund( array( 'order_id' => $order->get_id(), 'amount' => $input['amount'], 'reason' => $input['reason'] ?? '' ) );
		is_wp_error( $made ) ? answer( array( 'error' => $made->get_error_message() ), 422 ) : answer( array( 'id' => (string) $made->get_id() ) );
}
