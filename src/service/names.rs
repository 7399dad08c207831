//! User names, names to show, and what devices call themselves: which are accepted.

use super::ServiceError;
use crate::model::Device;

/// A user name as it is stored and compared: small letters.
///
/// 3 to 32 characters of `a-z 0-9 . _ -`, a letter or digit at both ends; capital letters are made small.
pub(super) fn username(text: &str) -> Option<String> {
    let name = text.to_ascii_lowercase();
    let bytes = name.as_bytes();
    let ends_well = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let good = (3..=32).contains(&bytes.len())
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
        && ends_well(bytes.first())
        && ends_well(bytes.last());
    good.then_some(name)
}

/// A user name that somebody wants to register.
pub(super) fn new_username(text: &str) -> Result<String, ServiceError> {
    let reason = "must be 3 to 32 characters of a-z, 0-9, dot, dash or underscore, \
                  with a letter or digit at both ends";
    username(text).ok_or_else(|| ServiceError::invalid("username", reason))
}

/// A name to show, without the blanks around it.
pub(super) fn display_name(text: &str) -> Result<String, ServiceError> {
    const FIELD: &str = "display_name";
    let name = text.trim();
    if name.chars().all(is_invisible) {
        return Err(ServiceError::invalid(FIELD, "is empty"));
    }
    if name.len() > 256 || name.chars().count() > 64 {
        let reason = "has more than 64 characters or 256 bytes";
        return Err(ServiceError::too_large(FIELD, reason));
    }
    if name.chars().any(is_forbidden) {
        let reason = "has control characters or marks that change the direction of text";
        return Err(ServiceError::invalid(FIELD, reason));
    }
    Ok(name.to_owned())
}

/// What a device says of itself.
pub(super) fn device(device: &Device) -> Result<Device, ServiceError> {
    let device = Device {
        name: device.name.trim().to_owned(),
        platform: device.platform.trim().to_owned(),
    };
    described("device.name", &device.name, 64)?;
    described("device.platform", &device.platform, 32)?;
    Ok(device)
}

fn described(field: &'static str, text: &str, most: usize) -> Result<(), ServiceError> {
    if text.chars().count() > most {
        let reason = format!("has more than {most} characters");
        return Err(ServiceError::too_large(field, reason));
    }
    if text.chars().any(is_forbidden) {
        return Err(ServiceError::invalid(field, "has control characters"));
    }
    Ok(())
}

// Embeddings and overrides of direction, and separators of lines, let a name pose as another one or spill
// over what stands around it. Marks that a script needs for itself (joiners) are fine.
fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_invisible(c: char) -> bool {
    let blank = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
    );
    blank || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_made_small_and_everything_else_is_refused() {
        for (text, name) in [("Ada", "ada"), ("a.b_c-9", "a.b_c-9"), ("007", "007")] {
            assert_eq!(username(text).as_deref(), Some(name));
        }
        assert!(username(&"x".repeat(32)).is_some());
        for bad in [
            "",
            "ab",
            ".ada",
            "ada.",
            "_ada",
            "ada-",
            "a da",
            " ada",
            "ada\n",
            "ädä",
            "a{b}c",
            "a:b",
            "K\u{212a}k",
        ] {
            assert_eq!(username(bad), None, "{bad:?}");
        }
        assert_eq!(username(&"x".repeat(33)), None);
    }

    #[test]
    fn names_to_show_are_trimmed_and_bounded() {
        for good in [
            "A",
            "爱达",
            "👩‍💻 dev",
            "آدا",
            &"x".repeat(64),
            &"👩".repeat(64),
        ] {
            assert_eq!(display_name(&format!("  {good} ")).unwrap(), good);
        }
        for bad in [
            "",
            "   ",
            "a\nb",
            "a\0",
            "\u{200b}\u{2060}",
            "a\u{202e}b",
            "\u{2066}a",
            "a\u{2028}b",
        ] {
            let refused = display_name(bad);
            assert!(
                matches!(refused, Err(ServiceError::Invalid { .. })),
                "{bad:?}"
            );
        }
        for long in ["x".repeat(65), "👩🏽‍💻".repeat(20)] {
            let refused = display_name(&long);
            assert!(
                matches!(refused, Err(ServiceError::TooLarge { .. })),
                "{long:?}"
            );
        }
    }

    #[test]
    fn devices_are_trimmed_and_bounded() {
        let of = |name: &str, platform: &str| {
            device(&Device {
                name: name.to_owned(),
                platform: platform.to_owned(),
            })
        };
        assert_eq!(of(" Firefox ", "web ").unwrap().name, "Firefox");
        assert!(of("", "").is_ok());
        for (name, platform) in [
            ("x".repeat(65), ""),
            ("a\u{7}".to_owned(), ""),
            (String::new(), "a\0"),
        ] {
            assert!(of(&name, platform).is_err());
        }
        assert!(of("", &"x".repeat(33)).is_err());
    }
}
