<?php
/** The payment method, with its settings. */

defined( 'ABSPATH' ) || exit;

class Coincart_Gateway extends WC_Payment_Gateway {
	public function __construct() {
		$this->id           = 'coincart';
		$this->method_title = 'Coincart';
		$this->supports     = array( 'products', 'refunds' );
		$this->form_fields  = array(
			'enabled'     => array( 'type' => 'checkbox', 'title' => __( 'Enabled', 'coincart-for-woocommerce' ), 'default' => 'no' ),
			'title'       => array( 'type' => 'text', 'title' => __( 'Title', 'coincart-for-woocommerce' ), 'default' => __( 'Pay with coins', 'coincart-for-woocommerce' ) ),
			'description' => array( 'type' => 'textarea', 'title' => __( 'Description', 'coincart-for-woocommerce' ), 'default' => '' ),
			'address'     => array( 'type' => 'url', 'title' => __( 'Address of your Coincart shop', 'coincart-for-woocommerce' ), 'default' => '' ),
		);
		$this->init_settings();
		$this->title       = $this->get_option( 'title' );
		$this->description = $this->get_option( 'description' );
		add_action( 'woocommerce_update_options_payment_gateways_coincart', array( $this, 'process_admin_options' ) );
	}

	public function admin_options() {
		parent::admin_options();
		$connection = get_option( 'coincart_connection', array() );
		$state      = $connection ? "{$connection['shop']}, {$connection['currency']}" : __( 'Not connected. Save the address first.', 'coincart-for-woocommerce' );
		$link       = wp_nonce_url( admin_url( 'admin-post.php?action=coincart_connect' ), 'coincart_connect' );
		echo '<p>' . esc_html( $state ) . ' <a class="button" href="' . esc_url( $link ) . '">' . esc_html__( 'Connect', 'coincart-for-woocommerce' ) . '</a></p>';
	}

	public function is_available() {
		return parent::is_available() && get_woocommerce_currency() === ( get_option( 'coincart_connection', array() )['currency'] ?? '' );
	}

	public function process_payment( $order_id ) {
		try {
			return array( 'result' => 'success', 'redirect' => Coincart_Orders::locked( (int) $order_id, array( 'Coincart_Orders', 'pay_url' ) ) );
		} catch ( Throwable $e ) {
			coincart_log( $e );
			wc_add_notice( __( 'Payments in coins do not work at the moment. Please try again in a minute, or choose another way to pay.', 'coincart-for-woocommerce' ), 'error' );
			return array( 'result' => 'failure' );
		}
	}

	public function process_refund( $order_id, $amount = null, $reason = '' ) {
		try {
			return Coincart_Orders::locked( (int) $order_id, fn( $order ) => Coincart_Orders::refund( $order, $amount, (string) $reason ) );
		} catch ( Throwable $e ) {
			return new WP_Error( 'coincart', $e->getMessage() );
		}
	}
}
