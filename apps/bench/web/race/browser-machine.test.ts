import { expect, test } from "vitest";
import { describeUserAgent } from "./browser-machine.ts";

const mozilla = "Mozilla/5.0 (X11; Linux x86_64)";

test.for([
  [`${mozilla} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`, "Chromium 140.0.0.0", "V8"],
  [`${mozilla} AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.1 Safari/537.36`, "Chromium 140.1", "V8"],
  [`${mozilla} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/139.2`, "Edge 139.2", "V8"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox 131.0", "SpiderMonkey"],
  [
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Safari 18.1",
    "JavaScriptCore",
  ],
  ["Else/1.0", "Else/1.0", "unknown"],
])("%s is %s", ([userAgent, runtime, javascript]) => {
  expect(describeUserAgent(userAgent!)).toEqual({ runtime, javascript });
});
