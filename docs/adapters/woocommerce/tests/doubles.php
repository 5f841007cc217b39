<?php
/**
 * Doubles of the functions and classes of WordPress and WooCommerce that the plugin uses, written by hand from their documentation and
 * source. They do what the real ones do where the plugin depends on it:
 *
 * - An object of an order is a copy: save() writes what was changed on it, and knows nothing of what others wrote meanwhile.
 * - update_meta_data() and set_status() change nothing before save(); a change of status runs its actions in save().
 * - payment_complete() does something only with orders that are pending, failed, on hold or cancelled, returns true for others too, and
 *   returns false if something throws. update_status() returns false if something throws.
 * - get_total() returns text with the currency's decimals; get_meta() returns an empty string for what is not there.
 * - wc_create_refund() makes the refund first, and deletes it if the gateway could not refund.
 * - Actions get one argument unless they ask for more.
 * - GET_LOCK is held by a process, counts, and waits; it ends with the request.
 *
 * Everything is kept in files of the folder DOUBLES_DIR, because each request to php -S starts from nothing, as with WordPress.
 */

define( 'ABSPATH', __DIR__ );
define( 'DB_NAME', 'wordpress' );

function doubles_file( string $name ): string {
	return getenv( 'DOUBLES_DIR' ) . '/' . $name;
}

/** Changes a JSON file while nobody else does, and returns what $change returns. */
function doubles_change( string $name, callable $change ) {
	$file = fopen( doubles_file( $name ), 'c+' );
	flock( $file, LOCK_EX );
	$data   = json_decode( (string) stream_get_contents( $file ), true ) ?? array();
	$result = $change( $data );
	ftruncate( $file, 0 );
	rewind( $file );
	fwrite( $file, json_encode( $data ) );
	fclose( $file );
	return $result;
}

function doubles_read( string $name ): array {
	return is_file( doubles_file( $name ) ) ? doubles_change( $name, fn( $data ) => $data ) : array();
}

// Hooks.

$GLOBALS['doubles_hooks'] = array();

function add_filter( $name, $function, $priority = 10, $accepted = 1 ) {
	$GLOBALS['doubles_hooks'][ $name ][] = array( $function, $accepted );
	return true;
}

function add_action( $name, $function, $priority = 10, $accepted = 1 ) {
	return add_filter( $name, $function, $priority, $accepted );
}

function apply_filters( $name, $value, ...$more ) {
	foreach ( $GLOBALS['doubles_hooks'][ $name ] ?? array() as list( $function, $accepted ) ) {
		$value = $function( ...array_slice( array( $value, ...$more ), 0, $accepted ) );
	}
	return $value;
}

function do_action( $name, ...$arguments ) {
	foreach ( $GLOBALS['doubles_hooks'][ $name ] ?? array() as list( $function, $accepted ) ) {
		$function( ...array_slice( $arguments, 0, $accepted ) );
	}
}

function register_deactivation_hook( $file, $function ) {
	add_action( 'deactivate', $function );
}

// Schedules.

function wp_next_scheduled( $hook ) {
	return doubles_read( 'schedule.json' )[ $hook ]['at'] ?? false;
}

function wp_schedule_event( $at, $recurrence, $hook ) {
	if ( ! isset( apply_filters( 'cron_schedules', array() )[ $recurrence ] ) ) {
		return false;
	}
	doubles_change( 'schedule.json', function ( &$all ) use ( $at, $recurrence, $hook ) {
		$all[ $hook ] = compact( 'at', 'recurrence' );
	} );
	return true;
}

function wp_clear_scheduled_hook( $hook ) {
	doubles_change( 'schedule.json', function ( &$all ) use ( $hook ) {
		unset( $all[ $hook ] );
	} );
}

// Options and transients.

function get_option( $name, $default = false ) {
	return doubles_read( 'options.json' )[ $name ] ?? $default;
}

function update_option( $name, $value, $autoload = null ) {
	doubles_change( 'options.json', function ( &$all ) use ( $name, $value ) {
		$all[ $name ] = $value;
	} );
	return true;
}

function set_transient( $name, $value, $seconds ) {
	return update_option( "_transient_$name", array( $value, time() + $seconds ) );
}

function get_transient( $name ) {
	list( $value, $until ) = get_option( "_transient_$name", array( false, 0 ) );
	return $until > time() ? $value : false;
}

function delete_transient( $name ) {
	return update_option( "_transient_$name", array( false, 0 ) );
}

// Requests and answers.

class WP_Error {
	public function __construct( private string $code = '', private string $message = '' ) {}
	public function get_error_message() {
		return $this->message;
	}
}

function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}

/** Unit tests set $GLOBALS['doubles_http']; the file unreachable.json makes requests fail after they were sent ("answers") or before ("all"). */
function wp_remote_request( $url, $args ) {
	if ( isset( $GLOBALS['doubles_http'] ) ) {
		return $GLOBALS['doubles_http']( $url, $args );
	}
	$lost    = doubles_read( 'unreachable.json' )['what'] ?? '';
	$headers = array();
	foreach ( $args['headers'] as $name => $value ) {
		$headers[] = "$name: $value";
	}
	$options = array(
		'method'          => $args['method'],
		'header'          => $headers,
		'content'         => (string) $args['body'],
		'timeout'         => $args['timeout'],
		'follow_location' => $args['redirection'],
		'ignore_errors'   => true,
	);
	$body    = 'all' === $lost ? false : @file_get_contents( $url, false, stream_context_create( array( 'http' => $options ) ) );
	if ( false === $body || $lost ) {
		return new WP_Error( 'http_request_failed', 'cURL error 28: Operation timed out' );
	}
	return array( 'body' => $body, 'response' => array( 'code' => (int) explode( ' ', $http_response_header[0] )[1] ) );
}

function wp_remote_retrieve_response_code( $response ) {
	return $response['response']['code'] ?? '';
}

function wp_remote_retrieve_body( $response ) {
	return $response['body'] ?? '';
}

function wp_json_encode( $data ) {
	return json_encode( $data );
}

function status_header( $code ) {
	http_response_code( $code );
}

function wp_redirect( $url, $status = 302 ) {
	header( "Location: $url", true, $status );
	return true;
}

function wp_safe_redirect( $url, $status = 302 ) { // to this host only
	return wp_redirect( str_starts_with( $url, home_url() ) ? $url : admin_url(), $status );
}

function wp_die( $message, $title = '', $args = array() ) {
	http_response_code( $args['response'] ?? 500 );
	exit( $message );
}

// Users: whoever has the cookie is the manager of the shop.

function current_user_can( $capability ) {
	return 'manage_woocommerce' === $capability && get_current_user_id() > 0;
}

function get_current_user_id() {
	return 'manager' === ( $_COOKIE['wordpress_logged_in'] ?? '' ) ? 1 : 0;
}

function wp_create_nonce( $action ) {
	return substr( hash( 'sha256', $action . get_current_user_id() ), 0, 10 );
}

function wp_nonce_url( $url, $action ) {
	return $url . '&_wpnonce=' . wp_create_nonce( $action );
}

function check_admin_referer( $action ) {
	if ( ! hash_equals( wp_create_nonce( $action ), $_REQUEST['_wpnonce'] ?? '' ) ) {
		wp_die( 'The link you followed has expired.', '', array( 'response' => 403 ) );
	}
	return 1;
}

function wp_generate_password( $length, $special ) {
	return substr( bin2hex( random_bytes( $length ) ), 0, $length );
}

// Addresses and texts.

function home_url( $path = '' ) {
	return getenv( 'DOUBLES_URL' ) . $path;
}

function admin_url( $path = '' ) {
	return home_url( "/wp-admin/$path" );
}

function plugins_url( $path, $file ) {
	return home_url( "/wp-content/plugins/coincart-for-woocommerce/includes/$path" );
}

function untrailingslashit( $text ) {
	return rtrim( $text, '/\\' );
}

function wp_parse_url( $url, $part = -1 ) {
	return parse_url( $url, $part );
}

function wp_unslash( $value ) { // WordPress adds slashes to all that is received
	return stripslashes( $value );
}

function esc_html( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES );
}

function esc_url( $url ) {
	return str_replace( '&', '&#038;', $url );
}

function __( $text, $domain = 'default' ) {
	return $text;
}

function esc_html__( $text, $domain = 'default' ) {
	return esc_html( $text );
}

function get_current_blog_id() {
	return 1;
}

function wp_register_script( $name, $source, $needs, $version, $footer ) {
	$GLOBALS['doubles_scripts'][ $name ] = $needs;
	return true;
}

// The database: named locks only. They end with the process's request.

$GLOBALS['wpdb'] = new class() {
	public $prefix = 'wp_';
	private $held  = array(); // name to file and number

	public function prepare( $query, ...$values ) {
		return vsprintf( str_replace( '%s', "'%s'", $query ), array_map( 'addslashes', $values ) );
	}

	public function get_var( $query ) {
		preg_match( "/^SELECT GET_LOCK\('(.{1,64})', (\d+)\)$/", $query, $part ) || throw new LogicException( $query );
		list( , $name, $seconds ) = $part;
		if ( isset( $this->held[ $name ] ) ) {
			++$this->held[ $name ][1];
			return '1';
		}
		$file = fopen( doubles_file( 'lock-' . md5( $name ) ), 'c' );
		for ( $end = microtime( true ) + ( $GLOBALS['doubles_patience'] ?? $seconds ); ! flock( $file, LOCK_EX | LOCK_NB ); usleep( 2000 ) ) {
			if ( microtime( true ) > $end ) {
				return '0';
			}
		}
		$this->held[ $name ] = array( $file, 1 );
		return '1';
	}

	public function query( $query ) {
		preg_match( "/^SELECT RELEASE_LOCK\('(.{1,64})'\)$/", $query, $part ) || throw new LogicException( $query );
		if ( 0 === --$this->held[ $part[1] ][1] ) {
			fclose( $this->held[ $part[1] ][0] );
			unset( $this->held[ $part[1] ] );
		}
		return 1;
	}
};

// WooCommerce.

require __DIR__ . '/doubles-woocommerce.php';
