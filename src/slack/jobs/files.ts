// Downloads files from Slack and uploads them. The token goes to Slack's own host for files, nowhere else.
import type { WebClient } from '@slack/web-api';
import { decodeText } from '../../domain/csv.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { slackErrorOf } from '../frame/slack-error.ts';

export const MAX_FILE_BYTES = 5_000_000;
const MAX_WAIT_MS = 15_000;
/** Slack redirects some downloads to another path of the same host. */
const MAX_REDIRECTS = 3;

/** The host of Slack's files. A stand-in for Slack, as in tests, serves them from its own host. */
export function filesOriginOf(apiUrl: string): string {
  const { hostname, origin } = new URL(apiUrl);
  if (hostname === 'slack.com' || hostname.endsWith('.slack.com')) return 'https://files.slack.com';
  if (hostname === 'slack-gov.com' || hostname.endsWith('.slack-gov.com'))
    return 'https://files.slack-gov.com';
  return origin;
}

/**
 * Errors: `invalid_input` for `file` when another service stores the file, it is larger than 5 MB, it is no text,
 * or Slack refuses it. `notes`: what a person should check. Throws when the host does not answer in 15 s.
 */
export async function downloadTextFile(
  from: { client: WebClient; botToken: string; apiUrl: string },
  fileId: string,
): Promise<{ name: string; text: string; notes: string[] }> {
  const { file } = await from.client.files.info({ file: fileId }).catch((error: unknown) => {
    if (slackErrorOf(error) === '') throw error;
    throw refusedBySlack();
  });
  if (!file || file.is_external || !file.url_private)
    throw fileError('Slack only has a link to it; upload the file itself');
  if ((file.size ?? 0) > MAX_FILE_BYTES) throw tooLarge();
  const bytes = await download(from, file.url_private);
  const read = decodeText(bytes);
  if (!read) throw fileError("this isn't a text file; save the table as “CSV UTF-8” and send that");
  return {
    name: file.name ?? file.title ?? 'table',
    text: read.text,
    notes: read.isGuessed ? [GUESSED] : [],
  };
}

const GUESSED =
  "The file doesn't name its encoding, so it was read as Windows-1252. Check the accented letters.";

// Slack refuses a token without the scope, or redirects to its sign-in page.
const refusedBySlack = () =>
  fileError("Slack doesn't let this app download it; this app's Home shows an admin what is missing");
const tooLarge = () =>
  fileError(
    `it is larger than ${MAX_FILE_BYTES / 1_000_000} MB; send the table in parts, or use npm run import on the server`,
  );

const fileError = (words: string) => new DomainError('invalid_input', { fields: { file: words } });

async function download(
  { botToken, apiUrl }: { botToken: string; apiUrl: string },
  address: string,
): Promise<Buffer> {
  const signal = AbortSignal.timeout(MAX_WAIT_MS);
  let url = address;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (!isAt(filesOriginOf(apiUrl), url)) break;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${botToken}` },
      redirect: 'manual',
      signal,
    });
    const next = response.headers.get('location');
    if (response.status === 200) return readBody(response);
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`a file could not be had: ${response.status}`);
    if (response.status < 300 || response.status >= 400 || !next) break;
    url = new URL(next, url).href;
  }
  throw refusedBySlack();
}

function isAt(origin: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const parsed = new URL(url);
  return parsed.origin === origin && parsed.username === '' && parsed.password === '';
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_FILE_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Upload = {
  name: string;
  bytes: Buffer;
  /** Of an image, for people who don't see it; Slack takes 1,000 characters. */
  altText?: string;
  /** The text of the message that the file comes in. */
  comment?: string;
  /** Called with its id before anyone can see it. */
  onAnnounced?: (fileId: string) => Promise<void>;
};

/** Shares a file in a channel that the app is in. Throws Slack's errors. */
export async function uploadFile(
  to: { client: WebClient; apiUrl: string; channelId: string },
  { name, bytes, altText, comment, onAnnounced }: Upload,
): Promise<void> {
  // Slack and its other libraries call it `alt_txt`; the types of this one don't.
  const described = altText === undefined ? {} : { alt_txt: altText };
  const { upload_url: url, file_id: id } = await to.client.files.getUploadURLExternal({
    filename: name,
    length: bytes.length,
    ...described,
  });
  if (!url || !id || !isAt(filesOriginOf(to.apiUrl), url)) throw new Error('no address to upload to');
  await onAnnounced?.(id);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(MAX_WAIT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`a file could not be given: ${response.status}`);
  await to.client.files.completeUploadExternal({
    files: [{ id, title: name }],
    channel_id: to.channelId,
    ...(comment === undefined ? {} : { initial_comment: comment }),
  });
}
