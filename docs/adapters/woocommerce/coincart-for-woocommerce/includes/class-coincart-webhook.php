<?php
/** Receives webhooks (Standard Webhooks). A webhook is a hint: the checkout is read again. */

defined( 'ABSPATH' ) || exit;

final class Coincart_Webhook {
	public static function handle(): void {
		list( $id, $time, $signature ) = array_map( fn( $name ) => (string) ( $_SERVER[ "HTTP_WEBHOOK_$name" ] ?? '' ), array( 'ID', 'TIMESTAMP', 'SIGNATURE' ) );
		status_header( self::receive( $id, $time, $signature, (string) file_get_contents( 'php://input' ) ) );
		exit;
	}

	/** Returns the status of the answer: 2xx only when all is stored. */
	public static function receive( string $id, string $time, string $signature, string $body ): int {
		if ( ! self::verify( $id, $time, $signature, $body ) ) {
			return 401;
		}
		try {
			$data  = json_decode( $body, true )['data'] ?? array();
			$known = 'checkout' !== ( $data['object'] ?? '' ) || Coincart_Orders::refresh( (int) $data['reference'], $data['id'] );
			return $known || ! in_array( $data['status'], array( 'paid', 'review' ), true ) ? 204 : 404; // money without an order: somebody must look
		} catch ( Throwable $e ) {
			coincart_log( $e );
			return 503; // it comes again
		}
	}

	private static function verify( string $id, string $time, string $signature, string $body ): bool {
		$secret = (string) base64_decode( substr( get_option( 'coincart_connection', array() )['secret'] ?? '', strlen( 'whsec_' ) ) );
		$own    = 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$time.$body", $secret, true ) );
		$fit    = array_filter( explode( ' ', $signature ), fn( $given ) => hash_equals( $own, $given ) );
		return '' !== $secret && $fit && abs( time() - (int) $time ) <= 300;
	}
}
