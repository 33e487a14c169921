// Files out of a drop, folders opened.

/** Of a folder that holds more, the first ones are enough to find a model among. */
const MOST_FILES = 10_000;

/** All files of a drop and of the folders in it, whose files carry their path in their name. The transfer must be read before the event ends. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.() ?? null).filter(entry => entry !== null);
  const plain = [...transfer.files];
  if (entries.length === 0) return plain;
  const found: File[] = [];
  for (const entry of entries) await addFiles(entry, found);
  return found;
}

/** Adds the files at and below `entry`. */
async function addFiles(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MOST_FILES) return;
  if (isFolder(entry)) for (const inner of await entriesOf(entry)) await addFiles(inner, found);
  else found.push(await fileOf(entry as FileSystemFileEntry));
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  // A reader gives its entries in parts; an empty part is the end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    for (const each of part) found.push(each);
  }
}

async function fileOf(entry: FileSystemFileEntry): Promise<File> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  const path = entry.fullPath.replace(/^\//, '');
  // A file of the same bytes, which are read when they are wanted.
  return path === file.name ? file : new File([file], path, { type: file.type, lastModified: file.lastModified });
}
