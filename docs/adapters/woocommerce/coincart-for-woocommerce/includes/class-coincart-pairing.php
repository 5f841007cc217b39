<?php
/** Connects the shop: an owner of the Coincart shop agrees on its consent page, and a one-time code is exchanged for a key (PKCE). */

defined( 'ABSPATH' ) || exit;

final class Coincart_Pairing {
	private const SCOPES = 'checkouts:read checkouts:write refunds:read refunds:write webhooks:write';
	private const TYPES  = array( 'checkout.paid', 'checkout.review', 'checkout.expired', 'checkout.cancelled' );

	public static function connect(): void {
		check_admin_referer( 'coincart_connect' );
		$address = untrailingslashit( ( new Coincart_Gateway() )->get_option( 'address' ) );
		if ( ! current_user_can( 'manage_woocommerce' ) || ! preg_match( '#^(https://|http://(127\.0\.0\.1|localhost)[:/])#', "$address/" ) ) {
			wp_die( 'Please save the address of your Coincart shop first. It begins with https://.', '', array( 'response' => 403 ) );
		}
		$pairing = array( 'state' => wp_generate_password( 40, false ), 'verifier' => wp_generate_password( 64, false ), 'address' => $address );
		set_transient( 'coincart_pairing_' . get_current_user_id(), $pairing, 900 );
		wp_redirect( "$address/admin/api-keys/authorize?" . http_build_query( array(
			'application' => 'WooCommerce: ' . wp_parse_url( home_url(), PHP_URL_HOST ),
			'scopes'      => self::SCOPES,
			'redirect'    => WC()->api_request_url( 'coincart_paired' ),
			'state'       => $pairing['state'],
			'challenge'   => rtrim( strtr( base64_encode( hash( 'sha256', $pairing['verifier'], true ) ), '+/', '-_' ), '=' ),
		) ) );
		exit;
	}

	public static function paired(): void {
		$name    = 'coincart_pairing_' . get_current_user_id();
		$pairing = get_transient( $name );
		delete_transient( $name );
		$state = wp_unslash( $_GET['state'] ?? '' );
		if ( ! current_user_can( 'manage_woocommerce' ) || ! $pairing || ! hash_equals( $pairing['state'], $state ) || empty( $_GET['code'] ) ) {
			wp_die( 'Coincart was not connected. Please press Connect again.', '', array( 'response' => 403 ) );
		}
		self::store( $pairing, wp_unslash( $_GET['code'] ) );
		wp_safe_redirect( admin_url( 'admin.php?page=wc-settings&tab=checkout&section=coincart' ) );
		exit;
	}

	/** Fetches the key, which renews the one before, and registers the webhook endpoint instead of the one before. */
	private static function store( array $pairing, string $code ): void {
		$address  = $pairing['address'];
		$before   = get_option( 'coincart_connection', array() );
		$same     = $address === ( $before['address'] ?? '' );
		$body     = array( 'code' => $code, 'verifier' => $pairing['verifier'] ) + ( $same ? array( 'previous_key' => $before['key'] ) : array() );
		$key      = ( new Coincart_Client( $address ) )->request( 'POST', '/keys/exchange', $body )['key'];
		$client   = new Coincart_Client( $address, $key );
		$me       = $client->request( 'GET', '/me' );
		$endpoint = $client->request( 'POST', '/webhook_endpoints', array( 'url' => WC()->api_request_url( 'coincart' ), 'types' => self::TYPES ), 'wc-' . md5( $code ) );
		$now      = array( 'address' => $address, 'key' => $key, 'secret' => $endpoint['secret'], 'endpoint' => $endpoint['id'] );
		update_option( 'coincart_connection', $now + array( 'currency' => $me['currency'], 'shop' => $me['shop_name'] ), false );
		try {
			$same && $client->request( 'DELETE', "/webhook_endpoints/{$before['endpoint']}" );
		} catch ( Coincart_Error $e ) {
			coincart_log( $e ); // the key before was ended, and could not be renewed
		}
	}
}
