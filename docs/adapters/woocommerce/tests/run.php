<?php
/**
 * Unit tests of the plugin, against the doubles and a Coincart made here that answers as docs/openapi.json says: php tests/run.php
 */

putenv( 'DOUBLES_DIR=' . sys_get_temp_dir() . '/doubles-' . bin2hex( random_bytes( 6 ) ) );
putenv( 'DOUBLES_URL=https://shop.example.org' );
mkdir( getenv( 'DOUBLES_DIR' ) );
register_shutdown_function( function () {
	array_map( 'unlink', glob( getenv( 'DOUBLES_DIR' ) . '/*' ) );
	rmdir( getenv( 'DOUBLES_DIR' ) );
} );
require __DIR__ . '/doubles.php';
require __DIR__ . '/../coincart-for-woocommerce/coincart-for-woocommerce.php';
do_action( 'plugins_loaded' );

const SECRET = 'whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl';

/** A Coincart: checkouts by id, answers by idempotency key, and all requests. What $next returns, if it is set, is the next answer. */
final class Coincart {
	public static array $checkouts = array();
	public static array $requests  = array();
	public static array $made      = array();
	public static $next            = null;

	public static function handle( string $url, array $args ) {
		$path             = substr( $url, strlen( 'https://pay.example.org/api/v1' ) );
		self::$requests[] = "{$args['method']} $path";
		if ( self::$next ) {
			list( $next, self::$next ) = array( self::$next, null );
			$answer                    = $next( $args );
			if ( null !== $answer ) {
				return $answer;
			}
		}
		$key    = $args['headers']['Idempotency-Key'] ?? '';
		$answer = self::$made[ "$path $key" ] ?? self::answer( $args['method'], explode( '/', trim( $path, '/' ) ), (string) $args['body'] );
		if ( $key && $answer['response']['code'] < 300 ) {
			self::$made[ "$path $key" ] = $answer;
		}
		return $answer;
	}

	private static function answer( string $method, array $path, string $body ): array {
		if ( 'POST checkouts' === "$method " . implode( '/', $path ) ) {
			$in = json_decode( $body, true );
			$id = 'co_' . ( count( self::$checkouts ) + 1 );

			self::$checkouts[ $id ] = array_merge( $in, array(
				'object' => 'checkout', 'id' => $id, 'status' => 'open', 'amount' => number_format( (float) $in['amount'], 2, '.', '' ), 'payment' => null, 'url' => "https://pay.example.org/c/$id",
			) );
			return self::json( 201, self::$checkouts[ $id ] );
		}
		if ( ! isset( self::$checkouts[ $path[1] ] ) ) {
			return self::json( 404, array( 'code' => 'not_found', 'detail' => 'There is no such thing.' ) );
		}
		$checkout = &self::$checkouts[ $path[1] ];
		if ( 'cancel' === ( $path[2] ?? '' ) ) {
			if ( in_array( $checkout['status'], array( 'paid', 'review' ), true ) ) {
				return self::json( 409, array( 'code' => 'already_paid', 'detail' => 'The checkout is paid.' ) );
			}
			$checkout['status'] = 'cancelled';
		}
		if ( 'refunds' === ( $path[2] ?? '' ) ) {
			$amount = json_decode( $body, true )['currency_amount'];
			return self::json( 201, array( 'id' => 'rf_' . count( self::$made ), 'status' => (float) $amount > 50 ? 'pending_approval' : 'requested', 'worth' => $amount, 'currency' => 'USD' ) );
		}
		return self::json( 200, $checkout );
	}

	public static function json( int $code, array $body ): array {
		return array( 'response' => array( 'code' => $code ), 'body' => json_encode( $body ) );
	}

	public static function becomes( string $id, string $status, string $payment = 'pt_1' ): void {
		self::$checkouts[ $id ]['status']  = $status;
		self::$checkouts[ $id ]['payment'] = array( 'id' => $payment );
	}
}
$GLOBALS['doubles_http'] = array( 'Coincart', 'handle' );
update_option( 'coincart_connection', array( 'address' => 'https://pay.example.org', 'key' => 'cc_live_x', 'secret' => SECRET, 'endpoint' => 'we_1', 'currency' => 'USD', 'shop' => 'Osier' ) );
update_option( 'woocommerce_coincart_settings', array( 'enabled' => 'yes', 'title' => 'Coins', 'description' => '', 'address' => '' ) );

function same( $want, $got, string $what = '' ): void {
	if ( $want !== $got ) {
		throw new LogicException( "$what: want " . json_encode( $want ) . ', got ' . json_encode( $got ) );
	}
}

/** Makes an order and presses pay. Returns its number and its checkout. */
function placed( string $total = '20.00' ): array {
	$id   = WC_Order::doubles_create( array( 'total' => $total ) );
	$made = ( new Coincart_Gateway() )->process_payment( $id );
	same( 'success', $made['result'], 'press pay' );
	return array( $id, wc_get_order( $id )->get_meta( '_coincart_checkout' ) );
}

/** Sends a webhook about a checkout. Its status is what the webhook says, which need not be true. */
function webhook( string $checkout, string $status, array $change = array() ): int {
	$body = $change['body'] ?? json_encode( array( 'type' => "checkout.$status", 'data' => array( 'status' => $status, 'payment' => array( 'id' => 'pt_forged' ) ) + Coincart::$checkouts[ $checkout ] ) );
	$time = (string) ( time() + ( $change['late'] ?? 0 ) );
	$sum  = base64_encode( hash_hmac( 'sha256', "evt_1.$time.$body", base64_decode( substr( $change['secret'] ?? SECRET, 6 ) ), true ) );
	return Coincart_Webhook::receive( 'evt_1', $time, $change['signature'] ?? "v1a,AAAA v1,$sum", $body . ( $change['tail'] ?? '' ) );
}

function status_of( int $id ): string {
	return wc_get_order( $id )->get_status();
}

function notes_of( int $id ): string {
	return implode( "\n", doubles_read( "order-$id.json" )['notes'] );
}

$completed = 0;
add_action( 'woocommerce_payment_complete', function () use ( &$completed ) {
	++$completed;
} );

$tests = array(
	'an order is paid once, by what Coincart says'             => function () use ( &$completed ) {
		list( $id, $checkout ) = placed();
		same( 204, webhook( $checkout, 'paid' ), 'a webhook that runs ahead' );
		same( 'pending', status_of( $id ), 'it is read again, and still open' );
		Coincart::becomes( $checkout, 'paid' );
		$completed = 0;
		same( 204, webhook( $checkout, 'processing' ), 'any webhook will do' );
		same( 204, webhook( $checkout, 'paid' ) );
		Coincart_Orders::ask( $id );
		same( array( 'processing', 1, 'pt_1' ), array( status_of( $id ), $completed, wc_get_order( $id )->get_transaction_id() ) );
		same( 204, webhook( $checkout, 'expired' ), 'an old webhook' );
		same( 'processing', status_of( $id ) );
	},
	'a second payment is told, and not completed'              => function () use ( &$completed ) {
		list( $id, $checkout ) = placed();
		Coincart::becomes( $checkout, 'expired' );
		webhook( $checkout, 'expired' );
		same( 'failed', status_of( $id ) );
		( new Coincart_Gateway() )->process_payment( $id );
		$second = wc_get_order( $id )->get_meta( '_coincart_checkout' );
		same( true, $second !== $checkout && 'pending' === status_of( $id ), 'another checkout' );
		Coincart::becomes( $checkout, 'cancelled' );
		webhook( $checkout, 'cancelled' );
		same( 'pending', status_of( $id ), 'the first one is not the order\'s any more' );
		$completed = 0;
		Coincart::becomes( $second, 'paid', 'pt_2' );
		webhook( $second, 'paid' );
		$order = wc_get_order( $id );
		$order->delete_meta_data( '_coincart_seen' ); // as if the process had ended between payment and note
		$order->save();
		webhook( $second, 'paid' );
		same( 0, substr_count( notes_of( $id ), 'a second time' ) );
		Coincart::becomes( $checkout, 'paid', 'pt_1' );
		webhook( $checkout, 'paid' );
		webhook( $checkout, 'paid' );
		same( array( 'processing', 1, 1 ), array( status_of( $id ), $completed, substr_count( notes_of( $id ), 'a second time' ) ) );
	},
	'signatures'                                               => function () {
		list( $id, $checkout ) = placed();
		Coincart::becomes( $checkout, 'paid' );
		same( 401, webhook( $checkout, 'paid', array( 'secret' => 'whsec_' . base64_encode( 'another' ) ) ), 'another secret' );
		same( 401, webhook( $checkout, 'paid', array( 'signature' => '' ) ), 'none' );
		same( 401, webhook( $checkout, 'paid', array( 'tail' => ' ' ) ), 'another body' );
		same( 401, webhook( $checkout, 'paid', array( 'late' => -301 ) ), 'old' );
		same( 401, webhook( $checkout, 'paid', array( 'late' => 310 ) ), 'of tomorrow' );
		$connection = get_option( 'coincart_connection' );
		foreach ( array( array(), array( 'secret' => '' ), array( 'secret' => 'whsec_' ) ) as $none ) {
			update_option( 'coincart_connection', $none );
			same( 401, webhook( $checkout, 'paid', array( 'secret' => 'whsec_' ) ), 'without a connection' );
		}
		update_option( 'coincart_connection', $connection );
		same( 'pending', status_of( $id ) );
		same( 204, webhook( $checkout, 'paid' ) );
	},
	'money without an order is not acknowledged'               => function () {
		list( $id, $checkout ) = placed();
		unlink( doubles_file( "order-$id.json" ) );
		Coincart::becomes( $checkout, 'paid' );
		same( 404, webhook( $checkout, 'paid' ) );
		same( 204, webhook( $checkout, 'expired' ), 'an end without money' );
		same( 204, webhook( '', '', array( 'body' => '{"type":"endpoint.ping","data":{"object":"webhook_endpoint"}}' ) ), 'other objects' );
	},
	'another order is not paid by a checkout'                  => function () {
		list( $id )            = placed();
		list( , $checkout )    = placed();
		Coincart::becomes( $checkout, 'paid' );
		Coincart::$checkouts[ $checkout ]['reference'] = (string) $id; // of a copy of this shop, with the same key
		same( 404, webhook( $checkout, 'paid' ) );
		same( 'pending', status_of( $id ) );
	},
	'amount and currency must fit'                             => function () {
		foreach ( array( 'amount' => '19.99', 'currency' => 'EUR' ) as $name => $value ) {
			list( $id, $checkout ) = placed();
			Coincart::$checkouts[ $checkout ][ $name ] = $value;
			Coincart::becomes( $checkout, 'paid' );
			same( 204, webhook( $checkout, 'paid' ) );
			same( 204, webhook( $checkout, 'paid' ) );
			same( array( 'on-hold', 1 ), array( status_of( $id ), substr_count( notes_of( $id ), 'Please decide' ) ), $name );
		}
	},
	'under review, then accepted'                              => function () {
		list( $id, $checkout ) = placed();
		Coincart::becomes( $checkout, 'review' );
		same( 204, webhook( $checkout, 'review' ) );
		same( 'on-hold', status_of( $id ) );
		Coincart::becomes( $checkout, 'paid' );
		Coincart_Orders::ask_pending();
		same( 'processing', status_of( $id ), 'the clock finds it' );
	},
	'ends without money'                                       => function () {
		list( $id, $checkout ) = placed();
		$order = wc_get_order( $id );
		$order->update_status( 'processing' ); // paid in another way
		Coincart::becomes( $checkout, 'expired' );
		webhook( $checkout, 'expired' );
		same( 'processing', status_of( $id ) );
	},
	'paid, but cancelled: a person decides'                    => function () use ( &$completed ) {
		list( $id, $checkout ) = placed();
		Coincart::becomes( $checkout, 'paid' );
		$completed = 0;
		wc_get_order( $id )->update_status( 'cancelled' );
		webhook( $checkout, 'paid' );
		same( array( 'on-hold', 0 ), array( status_of( $id ), $completed ) );
	},
	'a cancelled order calls its checkout off, and others not' => function () {
		list( $id, $checkout ) = placed();
		wc_get_order( $id )->update_status( 'cancelled' );
		same( 'cancelled', Coincart::$checkouts[ $checkout ]['status'] );
		list( , $checkout ) = placed();
		$other = WC_Order::doubles_create( array( 'total' => '1.00', 'payment_method' => 'bacs', 'meta' => array( '_coincart_checkout' => $checkout ) ) ); // another way was chosen
		Coincart::$requests = array();
		wc_get_order( $other )->update_status( 'cancelled' );
		same( array(), Coincart::$requests );
	},
	'pressing pay again'                                       => function () {
		list( $id, $checkout ) = placed( '0.10' );
		same( '0.1', rtrim( Coincart::$checkouts[ $checkout ]['amount'], '0' ) );
		$gateway = new Coincart_Gateway();
		same( "https://pay.example.org/c/$checkout", $gateway->process_payment( $id )['redirect'] );
		Coincart::becomes( $checkout, 'paid' );
		same( true, str_contains( $gateway->process_payment( $id )['redirect'], '/order-received/' ), 'it is paid already' );
		same( 'processing', status_of( $id ) );

		$id = WC_Order::doubles_create( array( 'total' => '20.00' ) );
		Coincart::$next = function ( $args ) { // the answer is lost
			Coincart::handle( 'https://pay.example.org/api/v1/checkouts', $args );
			return new WP_Error( 'http', 'timed out' );
		};
		$count = count( Coincart::$checkouts );
		same( 'failure', $gateway->process_payment( $id )['result'] );
		same( 'success', $gateway->process_payment( $id )['result'] );
		same( $count + 1, count( Coincart::$checkouts ), 'one checkout' );
	},
	'what is paid while the amount changes is not asked again' => function () {
		list( $id, $checkout ) = placed();
		$order = wc_get_order( $id );
		$order->set_total( '25.00' );
		$order->save();
		Coincart::$next = function () use ( $checkout ) { // between the look and the cancellation
			$answer = Coincart::json( 200, Coincart::$checkouts[ $checkout ] );
			Coincart::becomes( $checkout, 'paid' );
			return $answer;
		};
		same( true, str_contains( ( new Coincart_Gateway() )->process_payment( $id )['redirect'], '/order-received/' ) );
		same( array( 'on-hold', $checkout ), array( status_of( $id ), wc_get_order( $id )->get_meta( '_coincart_checkout' ) ) );
	},
	'exceptions are answered with 503'                         => function () {
		list( $id, $checkout ) = placed();
		Coincart::becomes( $checkout, 'paid' );
		Coincart::$next = fn() => Coincart::json( 503, array( 'code' => 'unavailable' ) );
		same( 503, webhook( $checkout, 'paid' ), 'Coincart cannot be asked' );
		Coincart::$next = fn() => new WP_Error( 'http', 'timed out' );
		same( 503, webhook( $checkout, 'paid' ), 'no answer' );
		Coincart::$next = fn() => array( 'response' => array( 'code' => 200 ), 'body' => '<html>' );
		same( 503, webhook( $checkout, 'paid' ), 'no JSON' );
		$lock = fopen( doubles_file( 'lock-' . md5( 'coincart_' . md5( DB_NAME . "wp_$id" ) ) ), 'c' );
		flock( $lock, LOCK_EX );
		$GLOBALS['doubles_patience'] = 0;
		same( 503, webhook( $checkout, 'paid' ), 'another request has the order' );
		unset( $GLOBALS['doubles_patience'] );
		fclose( $lock );
		same( 'pending', status_of( $id ) );
		same( 204, webhook( $checkout, 'paid' ) );
	},
	'one order that cannot be asked does not stop the clock'   => function () {
		list( $first )            = placed();
		list( $second, $checkout ) = placed();
		Coincart::becomes( $checkout, 'paid' );
		Coincart::$next = fn() => Coincart::json( 500, array() );
		Coincart_Orders::ask_pending();
		same( 'processing', status_of( $second ) );
	},
	'refunds'                                                  => function () {
		list( $id, $checkout ) = placed( '100.00' );
		Coincart::becomes( $checkout, 'paid' );
		webhook( $checkout, 'paid' );
		$refund = fn( $amount ) => wc_create_refund( array( 'order_id' => $id, 'amount' => $amount, 'reason' => '' ) );
		$asked  = fn() => count( array_filter( array_keys( Coincart::$made ), fn( $key ) => str_starts_with( $key, "/checkouts/$checkout/refunds " ) ) );
		same( false, is_wp_error( $refund( '60.00' ) ) );
		same( true, str_contains( notes_of( $id ), 'second person' ) );
		Coincart::$next = fn() => Coincart::json( 422, array( 'code' => 'refund_too_much', 'detail' => 'More than is left.' ) );
		same( 'Coincart: HTTP 422. More than is left.', $refund( '70.00' )->get_error_message() );
		same( '', wc_get_order( $id )->get_meta( '_coincart_refund' ), 'refused: nothing to repeat' );
		Coincart::$next = function ( $args ) use ( $checkout ) {
			Coincart::handle( "https://pay.example.org/api/v1/checkouts/$checkout/refunds", $args );
			return Coincart::json( 500, array( 'code' => 'internal_error' ) );
		};
		same( true, is_wp_error( $refund( '5.00' ) ), 'an answer that says nothing' );
		foreach ( array( new WP_Error( 'http', 'timed out' ), Coincart::json( 409, array( 'code' => 'idempotency_in_flight' ) ) ) as $nothing ) {
			Coincart::$next = fn() => $nothing;
			same( true, is_wp_error( $refund( '5.00' ) ), 'still unknown' );
		}
		same( true, is_wp_error( $refund( '6.00' ) ), 'first the other one' );
		same( 2, $asked() );
		same( false, is_wp_error( $refund( '5.00' ) ) );
		same( 2, $asked(), 'repeated with its key' );
		same( true, is_wp_error( $refund( '-1' ) ) );
	},
	'amounts are text'                                         => function () {
		foreach ( array( '20.00' => '20', '20' => '20', '0.10' => '0.1', '100' => '100', '20.00000000' => '20', '1234567890.12' => '1234567890.12' ) as $given => $want ) {
			same( (string) $want, Coincart_Orders::amount( (string) $given ) );
		}
		foreach ( array( '', '-1', '1e3', '1,5', '.5', "1\n", 'NaN' ) as $bad ) {
			try {
				Coincart_Orders::amount( $bad );
			} catch ( Coincart_Error $e ) {
				continue;
			}
			throw new LogicException( "taken: $bad" );
		}
	},
	'the gateway is offered where it works'                    => function () {
		$connection = get_option( 'coincart_connection' );
		same( true, ( new Coincart_Gateway() )->is_available() );
		update_option( 'coincart_connection', array( 'currency' => 'EUR' ) + $connection );
		same( false, ( new Coincart_Gateway() )->is_available(), 'another currency' );
		update_option( 'coincart_connection', array() );
		same( false, ( new Coincart_Gateway() )->is_available(), 'not connected' );
		update_option( 'coincart_connection', $connection );
		same( array( 'Coincart_Gateway' ), apply_filters( 'woocommerce_payment_gateways', array() ) );
		do_action( 'before_woocommerce_init' );
		same( array( 'custom_order_tables' => true, 'cart_checkout_blocks' => true ), Automattic\WooCommerce\Utilities\FeaturesUtil::$declared );
		$registry = new class() {
			public array $all = array();
			public function register( $method ) {
				$this->all[] = $method;
			}
		};
		do_action( 'woocommerce_blocks_payment_method_type_registration', $registry );
		$block = $registry->all[0];
		$block->initialize();
		same( array( 'coincart', true, array( 'coincart-blocks' ) ), array( $block->get_name(), $block->is_active(), $block->get_payment_method_script_handles() ) );
		same( array( 'title' => 'Coins', 'description' => '' ), $block->get_payment_method_data() );
	},
	'the clock is set, and taken away'                         => function () {
		do_action( 'init' );
		same( true, is_int( wp_next_scheduled( 'coincart_ask_pending' ) ) );
		do_action( 'deactivate' );
		same( false, wp_next_scheduled( 'coincart_ask_pending' ) );
	},
);

$failed = 0;
foreach ( $tests as $name => $test ) {
	Coincart::$next = null;
	try {
		$test();
		echo "ok    $name\n";
	} catch ( Throwable $e ) {
		++$failed;
		echo "FAIL  $name: {$e->getMessage()} (line {$e->getTrace()[0]['line']})\n";
	}
}
exit( $failed ? 1 : 0 );
