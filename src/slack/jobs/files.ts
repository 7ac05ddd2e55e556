// Files at Slack: taking one that somebody shared, and giving one. Our token goes to Slack's own host for files, nowhere else.
import type { WebClient } from '@slack/web-api';
import { DomainError } from '../../domain/domain-error.ts';
import { slackErrorOf } from '../modals/open.ts';

export const MAX_FILE_BYTES = 5_000_000;
const MAX_WAIT_MS = 15_000;
/** Slack sends some downloads on to another address of the same host. */
const MAX_HOPS = 3;

/** Where Slack keeps files, beside its Web API; a stand-in for Slack keeps them on its own. */
export function filesOriginOf(apiUrl: string): string {
  const { hostname, origin } = new URL(apiUrl);
  if (hostname === 'slack.com' || hostname.endsWith('.slack.com')) return 'https://files.slack.com';
  if (hostname === 'slack-gov.com' || hostname.endsWith('.slack-gov.com'))
    return 'https://files.slack-gov.com';
  return origin;
}

const refuse = (words: string) => new DomainError('invalid_input', { fields: { file: words } });

/**
 * The text of a file. Errors: `invalid_input` for `file` when it is kept elsewhere, larger than 5 MB, no UTF-8 text, or
 * when Slack doesn't hand it out. A host that doesn't answer in 15 s is a fault.
 */
export async function downloadTextFile(
  from: { client: WebClient; botToken: string; apiUrl: string },
  fileId: string,
): Promise<{ name: string; text: string }> {
  const { file } = await from.client.files.info({ file: fileId }).catch((error: unknown) => {
    if (slackErrorOf(error) === '') throw error;
    throw notHandedOut();
  });
  if (!file || file.is_external || !file.url_private)
    throw refuse('is not kept by Slack; upload the table itself');
  if ((file.size ?? 0) > MAX_FILE_BYTES) throw tooLarge();
  const bytes = await download(from, file.url_private);
  try {
    return {
      name: file.name ?? file.title ?? 'table',
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    };
  } catch {
    throw refuse('is no text in UTF-8; a spreadsheet writes one as "CSV UTF-8"');
  }
}

// A token without the scope is refused, or sent to a page where people sign in.
const notHandedOut = () =>
  refuse(`was not handed out by Slack; an admin sees in this app's Home what it lacks`);
const tooLarge = () =>
  refuse(`is larger than ${MAX_FILE_BYTES / 1_000_000} MB; send the table in parts, or use npm run import`);

async function download(
  { botToken, apiUrl }: { botToken: string; apiUrl: string },
  address: string,
): Promise<Buffer> {
  const signal = AbortSignal.timeout(MAX_WAIT_MS);
  let url = address;
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    if (!isAt(filesOriginOf(apiUrl), url)) break;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${botToken}` },
      redirect: 'manual',
      signal,
    });
    const next = response.headers.get('location');
    if (response.status === 200) return bounded(response);
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`a file could not be had: ${response.status}`);
    if (response.status < 300 || response.status >= 400 || !next) break;
    url = new URL(next, url).href;
  }
  throw notHandedOut();
}

function isAt(origin: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const parsed = new URL(url);
  return parsed.origin === origin && parsed.username === '' && parsed.password === '';
}

async function bounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop closes the connection.
    if (size > MAX_FILE_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Shares a text as a file in a conversation that the app is in. Throws what Slack refuses. */
export async function uploadTextFile(
  to: { client: WebClient; apiUrl: string; channelId: string },
  { name, text }: { name: string; text: string },
): Promise<void> {
  const bytes = Buffer.from(text);
  const { upload_url: url, file_id: id } = await to.client.files.getUploadURLExternal({
    filename: name,
    length: bytes.length,
  });
  if (!url || !id || !isAt(filesOriginOf(to.apiUrl), url)) throw new Error('no address to upload to');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    redirect: 'error',
    signal: AbortSignal.timeout(MAX_WAIT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`a file could not be given: ${response.status}`);
  await to.client.files.completeUploadExternal({ files: [{ id, title: name }], channel_id: to.channelId });
}
