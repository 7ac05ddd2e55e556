// files.*

import { type Dict, dictsOf, textOf } from '../shapes.ts';
import { APP } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { conversationOf, requireScope } from './lookup.ts';

/** Only files of conversations that the app is in; others are not there. */
export function filesInfo(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:read');
  const file = w.files.find(textOf(args.file));
  const channel = file?.channel ? w.conversations.channels.get(file.channel) : undefined;
  if (file === null || channel === undefined || !w.conversations.isBotIn(channel))
    throw new SlackRefusal('file_not_found');
  return {
    file: { ...w.files.json(file), channels: [], groups: [], ims: [channel.id] },
    comments: [],
    response_metadata: { next_cursor: '' },
  };
}

export function getUploadUrl(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:write');
  const [name, length] = [textOf(args.filename), Number(args.length)];
  const messages = [
    ...(name === '' ? ['[ERROR] missing required field: filename'] : []),
    ...(Number.isInteger(length) && length > 0
      ? []
      : ['[ERROR] must be greater than 0 [json-pointer:/length]']),
  ];
  if (messages.length > 0) throw new SlackRefusal('invalid_arguments', { response_metadata: { messages } });
  const { uploadUrl, id } = w.files.openSlot(name, length);
  return { upload_url: uploadUrl, file_id: id };
}

export function completeUpload(w: Workspace, args: Dict): Dict {
  requireScope(w, 'files:write');
  const wanted = dictsOf(args.files);
  if (wanted.length === 0) throw new SlackRefusal('invalid_arguments');
  const channelId = textOf(args.channel_id);
  const channel = channelId === '' ? null : conversationOf(w, channelId);
  if (channel !== null && !w.conversations.isBotIn(channel)) throw new SlackRefusal('not_in_channel');
  const files = wanted.map((one) => w.files.takeSlot(textOf(one.id)));
  if (channel !== null) {
    for (const file of files) w.files.shareIn(file.id, channel.id);
    w.conversations.post({
      channel: channel.id,
      user: APP.botUserId,
      text: textOf(args.initial_comment),
      files,
    });
  }
  return { files: files.map((file) => w.files.json(file)) };
}
