// Figures and times as people read them.

export function ms(value) {
  if (value === 0) return "–";
  if (value < 0.1) return `${(value * 1000).toFixed(0)} µs`;
  if (value < 10) return `${value.toFixed(2)} ms`;
  if (value < 1000) return `${value.toFixed(0)} ms`;
  return `${(value / 1000).toFixed(2)} s`;
}

export const ns = (value) => ms(value / 1e6);

export function rate(value) {
  if (value === 0) return "0";
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

export function bytes(value) {
  if (value < 1024) return `${value} B`;
  if (value < 1 << 20) return `${(value / 1024).toFixed(0)} KiB`;
  return value < 1 << 30 ? `${(value / (1 << 20)).toFixed(1)} MiB` : `${(value / (1 << 30)).toFixed(2)} GiB`;
}

export const percent = (share) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

// "3 h 20 min", and "3 h" where there is no more.
function two_parts(seconds, large, large_name, small, small_name) {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${large_name}${rest === 0 ? "" : ` ${rest} ${small_name}`}`;
}

export function duration(millis) {
  const seconds = Math.max(0, millis) / 1000;
  if (seconds < 1) return `${(seconds * 1000).toFixed(0)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${seconds.toFixed(0)} s`;
  if (seconds < 3600) return two_parts(seconds, 60, "min", 1, "s");
  if (seconds < 86400) return two_parts(seconds, 3600, "h", 60, "min");
  return two_parts(seconds, 86400, "d", 3600, "h");
}

const two = (value) => String(value).padStart(2, "0");

export function clock(unix_ms) {
  const date = new Date(unix_ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export const exact_clock = (unix_ms) => `${clock(unix_ms)}.${String(unix_ms % 1000).padStart(3, "0")}`;

export function date_and_clock(unix_ms) {
  const date = new Date(unix_ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(unix_ms)}`;
}

// "handed_to_waku" as a person says it.
export const words = (name) => name.replaceAll("_", " ");
