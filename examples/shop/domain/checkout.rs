//! From the cart to the payment.

use error_tracker::{breadcrumb, set_tag, set_user, track_exception};
use serde::Deserialize;

use super::Shop;

#[derive(Clone, Debug, Deserialize)]
pub struct Payment {
    pub user_id: u64,
    pub cents: u64,
    pub card_number: String,
}

#[derive(Debug, Deserialize)]
pub struct Cart {
    pub items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
pub struct Item {
    pub sku: String,
    pub quantity: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("order {order} can't be paid")]
pub struct PaymentError {
    order: u64,
    source: GatewayError,
}

#[derive(Debug, thiserror::Error)]
#[error("the gateway answered {status}")]
pub struct GatewayError {
    status: u16,
    source: IssuerError,
}

#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    #[error("card declined by its issuer: insufficient funds")]
    InsufficientFunds,
}

#[derive(Debug, thiserror::Error)]
#[error("the cart can't be read")]
pub struct CartError(#[from] serde_json::Error);

#[derive(Debug, thiserror::Error)]
#[error("no coupon is called {code}")]
pub struct CouponError {
    code: String,
}

impl Shop {
    /// Pays an order.
    #[track_exception(skip(self))]
    pub fn pay(&self, order: u64, payment: &Payment) -> Result<&'static str, PaymentError> {
        set_user(payment.user_id);
        set_tag("channel", "web");
        breadcrumb!("order loaded", order = order, items = order % 4 + 1);
        let paid = charge(payment.user_id, payment.cents, &payment.card_number);
        paid.map_err(|source| PaymentError { order, source })
    }

    /// Reads a cart, and tells how many pieces are in it.
    #[track_exception(skip(self))]
    pub fn read_cart(&self, text: &str) -> Result<u32, CartError> {
        let cart: Cart = serde_json::from_str(text)?;
        breadcrumb!("cart read", first = cart.items.first().map(|item| item.sku.as_str()));
        Ok(cart.items.iter().map(|item| item.quantity).sum())
    }

    /// Takes a coupon's percents off.
    #[track_exception(skip(self))]
    pub fn redeem(&self, code: &str, note: &str) -> Result<u8, CouponError> {
        breadcrumb!("coupon tried", code = code, note = note);
        match code {
            "WELCOME" => Ok(10),
            _ => Err(CouponError { code: code.to_owned() }),
        }
    }
}

#[track_exception]
fn charge(user_id: u64, cents: u64, card_number: &str) -> Result<&'static str, GatewayError> {
    breadcrumb!("asking the gateway", user_id = user_id, cents = cents);
    let answer = issuer(cents, card_number);
    answer.map_err(|source| GatewayError { status: 402, source })
}

/// Stands for the bank: it knows one card that has no money.
#[track_exception]
fn issuer(cents: u64, card_number: &str) -> Result<&'static str, IssuerError> {
    if cents > 0 && card_number.ends_with("0002") {
        return Err(IssuerError::InsufficientFunds);
    }
    Ok("paid")
}
