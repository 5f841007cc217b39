<?php
/** Doubles of WooCommerce's classes and functions. See doubles.php. */

namespace Automattic\WooCommerce\Utilities {
	class FeaturesUtil {
		public static $declared = array();

		public static function declare_compatibility( $feature, $file, $compatible = true ) {
			self::$declared[ $feature ] = $compatible;
			return true;
		}
	}
}

namespace Automattic\WooCommerce\Blocks\Payments\Integrations {
	abstract class AbstractPaymentMethodType {
		protected $name     = '';
		protected $settings = array();

		public function get_name() {
			return $this->name;
		}

		protected function get_setting( $name, $default = '' ) {
			return $this->settings[ $name ] ?? $default;
		}
	}
}

namespace {
	class WC_Order {
		private array $changes = array(); // of the data
		private array $meta    = array(); // name to value; null: deleted
		private array $move    = array(); // from, to, note: a change of status that save() makes

		public function __construct( private array $data ) {}

		/** Makes an order, or a refund if it has a parent. */
		public static function doubles_create( array $data ): int {
			$id = doubles_change( 'counter.json', function ( &$all ) {
				return $all['last'] = ( $all['last'] ?? 100 ) + 1;
			} );
			doubles_change( "order-$id.json", function ( &$all ) use ( $data, $id ) {
				$all = $data + array(
					'id'             => $id,
					'type'           => 'shop_order',
					'status'         => 'pending',
					'currency'       => 'USD',
					'order_key'      => 'wc_order_' . bin2hex( random_bytes( 6 ) ),
					'payment_method' => 'coincart',
					'transaction_id' => '',
					'date_paid'      => null,
					'meta'           => array(),
					'notes'          => array(),
				);
			} );
			return $id;
		}

		private function get( string $name ) {
			return $this->changes[ $name ] ?? $this->data[ $name ];
		}

		public function get_id() {
			return $this->data['id'];
		}

		public function get_order_number() {
			return (string) $this->data['id'];
		}

		public function get_status() {
			return $this->get( 'status' );
		}

		public function get_total() {
			return number_format( (float) $this->get( 'total' ), 2, '.', '' );
		}

		public function get_amount() { // of a refund
			return $this->get_total();
		}

		public function get_currency() {
			return $this->get( 'currency' );
		}

		public function get_order_key() {
			return $this->get( 'order_key' );
		}

		public function get_payment_method() {
			return $this->get( 'payment_method' );
		}

		public function get_transaction_id() {
			return $this->get( 'transaction_id' );
		}

		public function get_date_paid() {
			return $this->get( 'date_paid' );
		}

		public function set_total( $total ) {
			$this->changes['total'] = $total;
		}

		public function has_status( $status ) {
			return in_array( $this->get_status(), (array) $status, true );
		}

		public function is_paid() {
			return $this->has_status( array( 'processing', 'completed' ) );
		}

		public function get_meta( $name ) {
			$value = array_key_exists( $name, $this->meta ) ? $this->meta[ $name ] : $this->data['meta'][ $name ] ?? null;
			return $value ?? '';
		}

		public function update_meta_data( $name, $value ) {
			$this->meta[ $name ] = $value;
		}

		public function delete_meta_data( $name ) {
			$this->meta[ $name ] = null;
		}

		public function set_status( $status, $note = '' ) {
			$this->move              = array( $this->move[0] ?? $this->get_status(), $status, $note );
			$this->changes['status'] = $status;
			if ( $this->is_paid() && ! $this->get_date_paid() ) {
				$this->changes['date_paid'] = time();
			}
		}

		public function update_status( $status, $note = '' ) {
			try {
				$this->set_status( $status, $note );
				$this->save();
			} catch ( Exception $e ) {
				$this->add_order_note( 'Update status event failed. ' . $e->getMessage() );
				return false;
			}
			return true;
		}

		public function save() {
			$this->data    = doubles_change( "order-{$this->get_id()}.json", function ( &$all ) {
				$all         = array_merge( $all, $this->changes );
				$all['meta'] = array_filter( array_merge( $all['meta'], $this->meta ), fn( $value ) => null !== $value );
				return $all;
			} );
			$this->changes = array();
			$this->meta    = array();
			$move          = $this->move;
			$this->move    = array();
			if ( $move && $move[0] !== $move[1] ) {
				$this->add_order_note( trim( "$move[2] Order status changed from $move[0] to $move[1]." ) );
				do_action( "woocommerce_order_status_$move[1]", $this->get_id(), $this );
				do_action( 'woocommerce_order_status_changed', $this->get_id(), $move[0], $move[1], $this );
			}
			return $this->get_id();
		}

		public function add_order_note( $note ) {
			doubles_change( "order-{$this->get_id()}.json", function ( &$all ) use ( $note ) {
				$all['notes'][] = $note;
			} );
			return 1;
		}

		public function payment_complete( $transaction_id = '' ) {
			try {
				do_action( 'woocommerce_pre_payment_complete', $this->get_id(), $transaction_id );
				if ( $this->has_status( array( 'on-hold', 'pending', 'failed', 'cancelled' ) ) ) {
					if ( $transaction_id ) {
						$this->changes['transaction_id'] = $transaction_id;
					}
					$this->changes['date_paid'] = $this->get_date_paid() ?? time();
					$this->set_status( 'processing' );
					$this->save();
					do_action( 'woocommerce_payment_complete', $this->get_id(), $transaction_id );
				}
			} catch ( Exception $e ) {
				$this->add_order_note( 'Payment complete event failed. ' . $e->getMessage() );
				return false;
			}
			return true;
		}

		public function get_refunds() {
			$all = array();
			foreach ( glob( doubles_file( 'order-*.json' ) ) as $file ) {
				$data = doubles_read( basename( $file ) );
				if ( ( $data['parent'] ?? 0 ) === $this->get_id() ) {
					$all[] = new WC_Order( $data );
				}
			}
			return $all;
		}

		public function get_checkout_order_received_url() {
			return home_url( "/checkout/order-received/{$this->get_id()}/?key={$this->get_order_key()}" );
		}

		public function get_checkout_payment_url() {
			return home_url( "/checkout/order-pay/{$this->get_id()}/?pay_for_order=true&key={$this->get_order_key()}" );
		}
	}

	function wc_get_order( $id ) {
		$data = doubles_read( "order-$id.json" );
		return $data ? new WC_Order( $data ) : false;
	}

	function wc_get_orders( $query ) {
		$ids = array();
		foreach ( glob( doubles_file( 'order-*.json' ) ) as $file ) {
			$data = doubles_read( basename( $file ) );
			if ( 'shop_order' === $data['type'] && $data['payment_method'] === $query['payment_method'] && in_array( $data['status'], $query['status'], true ) ) {
				$ids[] = $data['id'];
			}
		}
		return array_slice( $ids, 0, $query['limit'] );
	}

	function wc_create_refund( $args ) {
		$order  = wc_get_order( $args['order_id'] );
		$id     = WC_Order::doubles_create( array( 'type' => 'shop_order_refund', 'parent' => $order->get_id(), 'total' => $args['amount'] ) );
		$result = ( new Coincart_Gateway() )->process_refund( $order->get_id(), $args['amount'], $args['reason'] );
		if ( true !== $result ) {
			unlink( doubles_file( "order-$id.json" ) );
			return is_wp_error( $result ) ? $result : new WP_Error( 'woocommerce_rest_cannot_create_order_refund', 'An error occurred' );
		}
		return wc_get_order( $id );
	}

	function wc_get_logger() {
		return new class() {
			public function error( $message, $context = array() ) {
				file_put_contents( doubles_file( 'errors.log' ), "$message\n", FILE_APPEND );
			}
		};
	}

	function wc_add_notice( $text, $type ) {
		$GLOBALS['doubles_notices'][] = $text;
	}

	function get_woocommerce_currency() {
		return 'USD';
	}

	function WC() {
		return new class() {
			public function api_request_url( $name ) {
				return home_url( "/wc-api/$name/" );
			}
		};
	}

	abstract class WC_Payment_Gateway {
		public $id;
		public $title;
		public $description;
		public $method_title;
		public $enabled     = 'yes';
		public $supports    = array();
		public $form_fields = array();
		public $settings    = array();

		public function init_settings() {
			$this->settings = get_option( "woocommerce_{$this->id}_settings", array() );
			$this->settings = $this->settings + array_map( fn( $field ) => $field['default'] ?? '', $this->form_fields );
			$this->enabled  = 'yes' === $this->settings['enabled'] ? 'yes' : 'no';
		}

		public function get_option( $name ) {
			return $this->settings[ $name ] ?? '';
		}

		public function is_available() {
			return 'yes' === $this->enabled;
		}

		public function admin_options() {
			echo '<h2>' . esc_html( $this->method_title ) . '</h2>';
		}

		public function process_admin_options() {
			$posted = array();
			foreach ( $this->form_fields as $name => $field ) {
				$posted[ $name ] = 'checkbox' === $field['type'] ? ( isset( $_POST[ "woocommerce_coincart_$name" ] ) ? 'yes' : 'no' ) : $_POST[ "woocommerce_coincart_$name" ];
			}
			return update_option( "woocommerce_{$this->id}_settings", $posted );
		}
	}
}
