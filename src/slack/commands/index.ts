// The table of subcommands. What is not in it does not exist.
import type { Command } from '../call.ts';
import { groupsCommand } from './groups.ts';
import { createHelp } from './help.ts';
import { inviteCommand } from './invite.ts';
import { invitesCommand } from './invites.ts';
import { listCommand } from './list.ts';
import {
  activateCommand,
  addCommand,
  blockCommand,
  deleteCommand,
  editCommand,
  resetPasswordCommand,
  restoreCommand,
} from './on-one-account.ts';
import { showCommand } from './show.ts';
import { templatesCommand } from './templates.ts';

export const COMMANDS: Command[] = [
  addCommand,
  inviteCommand,
  invitesCommand,
  listCommand,
  showCommand,
  editCommand,
  blockCommand,
  activateCommand,
  deleteCommand,
  restoreCommand,
  resetPasswordCommand,
  groupsCommand,
  templatesCommand,
  createHelp(() => COMMANDS),
];
