<?php
/** Speaks with Coincart's API. */

defined( 'ABSPATH' ) || exit;

/** A request that did not succeed. Status 0: no answer came, so nobody knows whether it was handled. */
final class Coincart_Error extends RuntimeException {
	public function __construct( string $message, public int $status = 0, public string $problem = '' ) {
		parent::__construct( $message );
	}
	/** Whether Coincart has refused the request: nothing was done. */
	public function refused(): bool {
		return $this->status >= 400 && $this->status < 500 && 'idempotency_in_flight' !== $this->problem;
	}
}

final class Coincart_Client {
	public function __construct( private string $address, private string $key = '' ) {}

	public static function connected(): self {
		$connection = get_option( 'coincart_connection', array() ) ?: array( 'address' => '', 'key' => '' );
		return new self( $connection['address'], $connection['key'] );
	}

	/** Returns the decoded answer. A POST that is sent again with its idempotency key is not done again. */
	public function request( string $method, string $path, ?array $body = null, string $idempotency_key = '' ): array {
		$json     = $body ? wp_json_encode( $body ) : '';
		$headers  = array( 'Coincart-Version' => '2026-12-01', 'Idempotency-Key' => $idempotency_key, 'Content-Type' => $json ? 'application/json' : '' );
		$headers  = array_filter( $headers + array( 'Authorization' => $this->key ? "Bearer $this->key" : '' ) );
		$response = wp_remote_request( "$this->address/api/v1$path", array( 'method' => $method, 'timeout' => 10, 'redirection' => 0, 'headers' => $headers, 'body' => $json ) );
		$status   = is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response );
		$answer   = 204 === $status || ! $status ? array() : json_decode( wp_remote_retrieve_body( $response ), true );
		if ( $status < 200 || $status > 299 || ! is_array( $answer ) ) {
			$detail = is_wp_error( $response ) ? $response->get_error_message() : ( $answer['detail'] ?? '' );
			throw new Coincart_Error( "Coincart: HTTP $status. $detail", $status < 300 ? 0 : $status, $answer['code'] ?? '' );
		}
		return $answer;
	}
}

function coincart_log( Throwable $e ): void {
	wc_get_logger()->error( $e->getMessage(), array( 'source' => 'coincart' ) );
}
