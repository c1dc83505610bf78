//! Other viewers than a desktop in daylight: dark, phone, without JavaScript.

use serde_json::json;

use crate::page::{done, Page};

impl Page {
    /// Makes the pages believe that the system is dark.
    #[track_caller]
    pub fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": value}]);
        done(self.0.devtools("Emulation.setEmulatedMedia", json!({ "features": features })));
    }

    /// Shows the pages as on a phone 320 pixels wide.
    #[track_caller]
    pub fn phone(&self) {
        let screen = json!({"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": true});
        done(self.0.devtools("Emulation.setDeviceMetricsOverride", screen));
    }

    /// Shows the pages as on a desktop.
    #[track_caller]
    pub fn desktop(&self) {
        let screen = json!({"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        done(self.0.devtools("Emulation.setDeviceMetricsOverride", screen));
    }

    /// Runs a script in each page before its own scripts run.
    #[track_caller]
    pub fn before_scripts(&self, script: &str) {
        let script = json!({ "source": script });
        done(self.0.devtools("Page.addScriptToEvaluateOnNewDocument", script));
    }

    /// Switches the pages' own scripts off; those of the tests go on working.
    #[track_caller]
    pub fn without_scripts(&self) {
        done(self.0.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})));
    }
}
