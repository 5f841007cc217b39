<?php
/**
 * Orders and their checkouts.
 *
 * Meta of an order: _coincart_checkout (the present one), _coincart_paid (the one that paid it), _coincart_seen (checkout id to status:
 * what was applied), _coincart_refund (a refund whose answer did not come).
 */

defined( 'ABSPATH' ) || exit;

final class Coincart_Orders {
	/** Runs $work with the order as it is now, which no other request has meanwhile. A named lock holds for both ways of storing orders. */
	public static function locked( int $order_id, callable $work ) {
		global $wpdb;
		$name = 'coincart_' . md5( DB_NAME . $wpdb->prefix . $order_id );
		if ( '1' !== (string) $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, 20)', $name ) ) ) {
			throw new Coincart_Error( "order $order_id is busy" );
		}
		try {
			return $work( wc_get_order( $order_id ) ?: null );
		} finally {
			$wpdb->query( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $name ) );
		}
	}

	/** Returns the page where the order is paid: of its present checkout, or of a new one if that has ended or is about another amount. */
	public static function pay_url( WC_Order $order ): string {
		$client   = Coincart_Client::connected();
		$old      = (string) $order->get_meta( '_coincart_checkout' );
		$checkout = $old ? self::read( $client, $old ) : array();
		if ( in_array( $checkout['status'] ?? '', array( 'open', 'processing' ), true ) ) {
			if ( self::fits( $order, $checkout ) ) {
				return $checkout['url'];
			}
			$checkout = self::call_off( $client, $old );
		}
		if ( in_array( $checkout['status'] ?? '', array( 'paid', 'review' ), true ) ) {
			self::apply( $order, $checkout );
			return $order->get_checkout_order_received_url();
		}
		$body = array(
			'amount'      => self::amount( $order->get_total() ),
			'currency'    => $order->get_currency(),
			'reference'   => (string) $order->get_id(),
			'success_url' => $order->get_checkout_order_received_url(),
			'cancel_url'  => $order->get_checkout_payment_url(),
			'metadata'    => array( 'wc_order_key' => $order->get_order_key() ),
		);
		// The same again finds the checkout of the first try, whose answer may have been lost; after an end, or a change, it is another one.
		$key      = 'wc-' . get_current_blog_id() . '-' . $order->get_id() . '-' . sha1( wp_json_encode( $body ) . $old );
		$checkout = $client->request( 'POST', '/checkouts', $body, $key );
		$order->update_meta_data( '_coincart_checkout', $checkout['id'] );
		$order->has_status( 'failed' ) && $order->set_status( 'pending' );
		$order->save();
		return $checkout['url'];
	}

	public static function ask_pending(): void {
		$query = array( 'payment_method' => 'coincart', 'status' => array( 'pending', 'on-hold' ), 'limit' => 200, 'return' => 'ids' );
		array_map( array( self::class, 'ask' ), wc_get_orders( $query ) );
	}

	/** Asks what became of the order's present checkout. */
	public static function ask( $order_id ): void {
		try {
			self::refresh( (int) $order_id );
		} catch ( Throwable $e ) {
			coincart_log( $e );
		}
	}

	/** Reads a checkout and applies it to its order. Returns false if one of them is not there, or they do not belong together. */
	public static function refresh( int $order_id, string $id = '' ): bool {
		return self::locked( $order_id, function ( $order ) use ( $id ) {
			$id       = $id ?: (string) $order?->get_meta( '_coincart_checkout' );
			$checkout = $order && $id ? self::read( Coincart_Client::connected(), $id ) : array();
			$own      = $checkout && $order->get_order_key() === ( $checkout['metadata']['wc_order_key'] ?? '' );
			$own && self::apply( $order, $checkout );
			return $own;
		} );
	}

	/** Calls the checkout of a cancelled order off. If it was paid meanwhile, the webhook about that puts the order on hold. */
	public static function cancel( $order_id, $order ): void {
		$id = 'coincart' === $order->get_payment_method() ? (string) $order->get_meta( '_coincart_checkout' ) : '';
		try {
			$id && self::call_off( Coincart_Client::connected(), $id );
		} catch ( Throwable $e ) {
			coincart_log( $e );
		}
	}

	/** Brings the order to where its checkout is, once. The caller has the lock. */
	private static function apply( WC_Order $order, array $checkout ): void {
		list( 'id' => $id, 'status' => $status ) = $checkout;
		$seen = $order->get_meta( '_coincart_seen' ) ?: array();
		$text = "Coincart: {$checkout['amount']} {$checkout['currency']}, checkout $id: ";
		if ( ( $seen[ $id ] ?? '' ) === $status ) {
			return;
		}
		if ( 'paid' === $status ) {
			self::paid( $order, $checkout, $text );
		} elseif ( 'review' === $status ) {
			self::hold( $order, $text . 'money came that does not fit. Please decide in Coincart.' );
		} elseif ( in_array( $status, array( 'expired', 'cancelled' ), true ) && $order->has_status( 'pending' ) && $order->get_meta( '_coincart_checkout' ) === $id ) {
			$order->update_status( 'failed', "$text$status." ); // the buyer can pay again
		}
		$order->update_meta_data( '_coincart_seen', array( $id => $status ) + $seen );
		$order->save();
	}

	private static function paid( WC_Order $order, array $checkout, string $text ): void {
		$payment = $checkout['payment']['id'];
		if ( $order->is_paid() || $order->get_date_paid() ) {
			$order->get_transaction_id() === $payment || $order->add_order_note( $text . 'paid a second time. Please refund one payment in Coincart.' );
		} elseif ( ! self::fits( $order, $checkout ) || ! $order->has_status( array( 'pending', 'failed', 'on-hold' ) ) ) {
			self::hold( $order, $text . 'paid, but the order was changed or cancelled. Please decide.' );
		} else {
			$order->update_meta_data( '_coincart_paid', $checkout['id'] );
			if ( ! $order->payment_complete( $payment ) || ! wc_get_order( $order->get_id() )->get_date_paid() ) {
				throw new Coincart_Error( 'WooCommerce did not store the payment' ); // the webhook comes again
			}
		}
	}

	private static function hold( WC_Order $order, string $note ): void {
		$done = $order->is_paid() ? $order->add_order_note( $note ) : $order->update_status( 'on-hold', $note );
		$done || throw new Coincart_Error( 'WooCommerce did not store the order' ); // the webhook comes again
	}

	/** Refunds once. WooCommerce deletes its record of a refund that failed, so one without an answer is kept: the next try repeats it. */
	public static function refund( WC_Order $order, $amount, string $reason ): bool {
		$number  = max( array( 0, ...array_map( fn( $r ) => $r->get_id(), $order->get_refunds() ) ) );
		$body    = array( 'currency_amount' => self::amount( $amount ), 'reason' => $reason ?: "Refund $number" );
		$pending = $order->get_meta( '_coincart_refund' ) ?: array( 'key' => 'wc-refund-' . get_current_blog_id() . "-$number", 'body' => $body );
		$first   = $pending['body']['currency_amount'];
		if ( $first !== $body['currency_amount'] ) {
			throw new Coincart_Error( "It is not known whether $first was refunded before. Please refund $first again first: it is made once." );
		}
		$order->update_meta_data( '_coincart_refund', $pending );
		$order->save();
		try {
			$path   = "/checkouts/{$order->get_meta( '_coincart_paid' )}/refunds";
			$refund = Coincart_Client::connected()->request( 'POST', $path, $pending['body'], $pending['key'] );
		} catch ( Coincart_Error $e ) {
			$e->refused() && self::forget_refund( $order );
			throw $e;
		}
		self::forget_refund( $order );
		$waits = 'pending_approval' === $refund['status'] ? ' It waits until a second person approves it in Coincart.' : '';
		$order->add_order_note( "Coincart: refund {$refund['id']} of {$refund['worth']} {$refund['currency']}.$waits" );
		return true;
	}

	private static function forget_refund( WC_Order $order ): void {
		$order->delete_meta_data( '_coincart_refund' );
		$order->save();
	}

	private static function read( Coincart_Client $client, string $id ): array {
		try {
			return $client->request( 'GET', "/checkouts/$id" );
		} catch ( Coincart_Error $e ) {
			return 404 === $e->status ? array() : throw $e; // it was made with the key of an earlier connection
		}
	}

	private static function call_off( Coincart_Client $client, string $id ): array {
		try {
			return $client->request( 'POST', "/checkouts/$id/cancel", null, "wc-cancel-$id" );
		} catch ( Coincart_Error $e ) {
			return $e->refused() ? self::read( $client, $id ) : throw $e; // it has ended, or it is paid
		}
	}

	private static function fits( WC_Order $order, array $checkout ): bool {
		return $checkout['currency'] === $order->get_currency() && self::amount( $checkout['amount'] ) === self::amount( $order->get_total() );
	}

	/** Returns decimal text without zeros at its end: 20.00 is 20. Amounts are compared as text. */
	public static function amount( $amount ): string {
		if ( ! preg_match( '/^(\d+)(\.\d+)?$/D', (string) $amount, $part ) ) {
			throw new Coincart_Error( 'not an amount' );
		}
		return $part[1] . rtrim( rtrim( $part[2] ?? '', '0' ), '.' );
	}
}
