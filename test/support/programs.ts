// The product's programs as plain JavaScript, compiled once a run: tests start hundreds.
import { inject } from 'vitest';
import { compilePrograms } from './compile-programs.ts';

/** Null outside a run with a global set-up: then tests start the sources, as users do. */
const place: string | undefined = inject('programs');
export const COMPILED_PROGRAMS: string | null = place ? await compilePrograms(place) : null;
