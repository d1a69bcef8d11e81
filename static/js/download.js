// The journal as a file; loaded when somebody asks for one.
import { fetchAs } from './portal.js';

/** Fetch a file with the session and hand it to the person. */
export async function download(address, name) {
  const answer = await fetchAs(address);
  if (!answer.ok) throw new Error(`no file: ${answer.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name || 'download';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
