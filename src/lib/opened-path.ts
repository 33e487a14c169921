// Where a file that a person opened lies in the folder that they opened.

/** The folders of an opened file, as far as they are known, and its name: a picker tells them beside the name, and a file out of a dropped folder carries them in it. */
export function openedPath(file: File): readonly string[] {
  return (file.webkitRelativePath || file.name).split(/[\\/]/);
}
