import { z } from 'zod';

/** Whether an address from a file may become a link: only web pages may, never scripts, data or files of this machine. */
export function isWebAddress(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

/** An address of a web page, as files name their sources. */
export const webAddressSchema = z
  .string()
  .max(2000)
  .refine(isWebAddress, { error: 'an address must begin with http:// or https://' });
