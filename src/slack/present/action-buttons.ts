// Buttons of operations. A person sees only those that their role may run; the operation checks again.
import type { Button } from '@slack/types';
import type { Role } from '../../operations/frame/context.ts';
import { buttonValue } from '../frame/reference.ts';
import { button } from './blocks.ts';

export type Action = {
  button: string;
  text: string;
  style?: 'primary' | 'danger';
  operation: { allowed: readonly string[] };
};

export const actionsOfRole = <Some extends Action>(all: readonly Some[], role: Role | null): Some[] =>
  all.filter(({ operation }) => role !== null && operation.allowed.includes(role));

export const actionButton = (action: Action, thing: { id: string; version: number }, label: string): Button =>
  button(action.button, action.text, buttonValue(thing), {
    label,
    ...(action.style ? { style: action.style } : {}),
  });
