// The gateway's own methods as JSON.
import { token } from "./token.js";

export class ApiError extends Error {
  constructor(status, error) {
    super(error.message || `the node answered ${status}`);
    this.status = status;
    this.code = error.code || "";
  }
}

async function answer_of(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, body.error || {});
  return body;
}

// Anybody may read.
export async function read(method, params = {}) {
  const query = Object.keys(params).length === 0 ? "" : `?q=${encodeURIComponent(JSON.stringify(params))}`;
  return answer_of(await fetch(`/api/supervisor.${method}${query}`, { cache: "no-store" }));
}

// With the operator's token, where there is one; the node says whether it suffices.
export async function act(method, params) {
  const headers = { "Content-Type": "application/json" };
  if (token.text !== "") headers.Authorization = `Bearer ${token.text}`;
  return answer_of(await fetch(`/api/supervisor.${method}`, { method: "POST", headers, body: JSON.stringify(params) }));
}
