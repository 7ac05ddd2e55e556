// files.*
import { type Dict, dictsOf, textOf } from '../shapes.ts';
import { APP } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { conversationOf, requireScope } from './lookup.ts';

const MAX_ALT_TEXT_LENGTH = 1_000;

/** Finds only files of conversations that the app is in. */
export function filesInfo(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:read');
  const file = w.files.find(textOf(args.file));
  const channel = w.conversations.channels.get(file?.channel ?? '');
  if (file === null || !channel?.members.includes(APP.botUserId)) throw new SlackRefusal('file_not_found');
  return { file: w.files.json(file) };
}

/** An app deletes its own files only. */
export function deleteFile(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:write');
  const id = textOf(args.file);
  if (w.files.find(id)?.user !== APP.botUserId) throw new SlackRefusal('file_not_found');
  w.files.remove(id);
  w.conversations.markDeleted(id);
  return {};
}

export function getUploadUrl(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:write');
  const [name, length] = [textOf(args.filename), Number(args.length)];
  if (name === '') throw SlackRefusal.forArguments('missing required field: filename');
  if (!Number.isInteger(length) || length < 1)
    throw SlackRefusal.forArguments('must be greater than 0 [json-pointer:/length]');
  const altText = textOf(args.alt_txt);
  if (altText.length > MAX_ALT_TEXT_LENGTH) throw new SlackRefusal('alt_txt_too_large');
  const { uploadUrl, id } = w.files.openSlot({ name, length, altText });
  return { upload_url: uploadUrl, file_id: id };
}

export function completeUpload(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:write');
  const channel = conversationOf(w, args.channel_id);
  if (!channel.members.includes(APP.botUserId)) throw new SlackRefusal('not_in_channel');
  const files = dictsOf(args.files).map((one) => w.files.takeSlot(textOf(one.id)));
  if (files.length === 0) throw new SlackRefusal('invalid_arguments');
  for (const file of files) w.files.shareIn(file.id, channel.id);
  const text = textOf(args.initial_comment);
  w.conversations.post({ channel: channel.id, user: APP.botUserId, text, files });
  return { files: files.map((file) => w.files.json(file)) };
}
