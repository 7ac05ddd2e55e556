const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1_024;

/** A GET of at most 5 seconds and 256 KB. Throws for a redirect and for any status but 200. */
export async function fetchBounded(url: string): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`answered with ${response.status}`);
  }
  return new Response(await readAtMost(response, MAX_BYTES), { status: 200, headers: response.headers });
}

async function readAtMost(response: Response, max: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > max) throw new Error(`sent more than ${max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
