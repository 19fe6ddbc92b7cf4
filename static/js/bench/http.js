// One way to post: the answer never throws, and says in one word what became of the request.

const TIMEOUT = 30_000; // ms
const words = document.body.dataset;

/** The token as it is now: signing in again in another tab gives a new one. */
export const csrfToken = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";

/**
 * Post `body` (URLSearchParams). Returns {kind, status, html}; kind is "ok", "refused" (the page says why),
 * "gone" (no such thing any more), "signed-out", or "unreachable" (no network, or an error of the server).
 */
export async function post(url, body = new URLSearchParams()) {
  const sent = new URLSearchParams(body);
  sent.delete("csrfmiddlewaretoken");
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: sent,
      headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return judged(answer, await answer.text());
  } catch {
    return { kind: "unreachable", status: 0, html: "" };
  }
}

function judged(answer, html) {
  const { status, headers } = answer;
  const isPage = /^\s*<(!doctype|html)/i.test(html);
  if (new URL(answer.url).pathname === words.login || status === 401) return { kind: "signed-out", status, html: "" };
  if (answer.ok && !isPage) return { kind: "ok", status, html, headers };
  if (status === 404 || status === 410) return { kind: "gone", status, html: "" };
  if (status >= 400 && status < 500 && !isPage && /\S/.test(html)) return { kind: "refused", status, html, headers };
  if (status === 413) return { kind: "refused", status, html: "", headers };
  if (status === 403) return { kind: "signed-out", status, html: "" };
  return { kind: "unreachable", status, html: "" };
}
