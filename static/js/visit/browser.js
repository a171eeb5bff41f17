// Which browser this is, for whoever says where it keeps a refusal, and whether it can hold a call.

const IN_APP = /FBAN|FBAV|FB_IAB|Instagram|Line\/|Snapchat|musical_ly|BytedanceWebview|TikTok|Twitter|LinkedInApp|Pinterest|GSA\/|; wv\)/;

export function isInApp(agent = navigator.userAgent) {
  return IN_APP.test(agent);
}

export function isAndroid(agent = navigator.userAgent) {
  return /Android/.test(agent);
}

export function isApplePhone(agent = navigator.userAgent) {
  // An iPad says that it is a Mac, which has no touch screen.
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
}

// The name of the part of the page that says where this browser keeps its permissions.
export function refusalPlace(agent = navigator.userAgent) {
  if (isApplePhone(agent)) return /CriOS|FxiOS|EdgiOS|OPT\//.test(agent) ? "phone-settings" : "safari-phone";
  if (/Firefox\//.test(agent)) return isAndroid(agent) ? "android" : "firefox";
  if (isAndroid(agent)) return "android";
  if (/Chrome\/|Chromium\//.test(agent)) return "chrome";
  if (/Macintosh/.test(agent) && /Safari\//.test(agent)) return "safari-mac";
  return "other";
}

export function canCall() {
  return Boolean(
    window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.RTCPeerConnection && window.RTCRtpSender?.prototype.replaceTrack && window.WebSocket,
  );
}
