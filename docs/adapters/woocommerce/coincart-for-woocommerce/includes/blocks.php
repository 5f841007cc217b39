<?php
/** The payment method in the block checkout. Returns an object, because WooCommerce Blocks has its class only when it asks for it. */

defined( 'ABSPATH' ) || exit;

return new class() extends Automattic\WooCommerce\Blocks\Payments\Integrations\AbstractPaymentMethodType {
	protected $name = 'coincart';

	public function initialize() {
		$this->settings = get_option( 'woocommerce_coincart_settings', array() );
	}
	public function is_active() {
		return ( new Coincart_Gateway() )->is_available();
	}
	public function get_payment_method_script_handles() {
		wp_register_script( 'coincart-blocks', plugins_url( '../assets/blocks.js', __FILE__ ), array( 'wc-blocks-registry', 'wc-settings', 'wp-element' ), '0.1.0', true );
		return array( 'coincart-blocks' );
	}
	public function get_payment_method_data() {
		return array( 'title' => $this->get_setting( 'title' ), 'description' => $this->get_setting( 'description' ) );
	}
};
