<?php
/**
 * Tested with PHP 8.2 against doubles of WordPress and WooCommerce (../tests) and a real Coincart, NOT against WooCommerce itself:
 * that a person does, as ../TRY.md says.
 *
 * Plugin Name: Coincart for WooCommerce
 * Description: Payments in coins, taken by a Coincart shop.
 * Version: 0.1.0
 * Requires PHP: 8.0
 * Requires Plugins: woocommerce
 * License: Apache-2.0
 * Text Domain: coincart-for-woocommerce
 */

defined( 'ABSPATH' ) || exit;

foreach ( array( 'client', 'orders', 'pairing', 'webhook' ) as $coincart_class ) {
	require __DIR__ . "/includes/class-coincart-$coincart_class.php";
}
add_action( 'plugins_loaded', fn() => class_exists( 'WC_Payment_Gateway' ) && require __DIR__ . '/includes/class-coincart-gateway.php' );
add_filter( 'woocommerce_payment_gateways', fn( $all ) => array_merge( $all, array( 'Coincart_Gateway' ) ) );
add_action( 'woocommerce_blocks_payment_method_type_registration', fn( $all ) => $all->register( require __DIR__ . '/includes/blocks.php' ) );
add_action( 'before_woocommerce_init', function () {
	Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'custom_order_tables', __FILE__, true );
	Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'cart_checkout_blocks', __FILE__, true );
} );
add_action( 'admin_post_coincart_connect', array( 'Coincart_Pairing', 'connect' ) );
add_action( 'woocommerce_api_coincart_paired', array( 'Coincart_Pairing', 'paired' ) );
add_action( 'woocommerce_api_coincart', array( 'Coincart_Webhook', 'handle' ) );
add_action( 'woocommerce_thankyou_coincart', array( 'Coincart_Orders', 'ask' ) ); // the payer may be faster than the webhook
add_action( 'woocommerce_order_status_cancelled', array( 'Coincart_Orders', 'cancel' ), 10, 2 );

// What a lost webhook would have told is asked for every ten minutes.
add_action( 'coincart_ask_pending', array( 'Coincart_Orders', 'ask_pending' ) );
add_filter( 'cron_schedules', fn( $all ) => $all + array( 'coincart' => array( 'interval' => 600, 'display' => 'Every 10 minutes' ) ) );
add_action( 'init', fn() => wp_next_scheduled( 'coincart_ask_pending' ) || wp_schedule_event( time(), 'coincart', 'coincart_ask_pending' ) );
register_deactivation_hook( __FILE__, fn() => wp_clear_scheduled_hook( 'coincart_ask_pending' ) );
