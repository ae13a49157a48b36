// Fills and flattens forms with pdf-lib and PDF.js: one line of JSON says what to do to which file,
// one line says "done" or what went wrong. `node driver.mjs pdf-lib|pdfjs`.
import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";

const engines = { "pdf-lib": pdfLib, pdfjs };

async function pdfLib(job, bytes) {
  const { PDFDocument } = await import("pdf-lib");
  const document = await PDFDocument.load(bytes);
  const form = document.getForm();
  for (const [name, state] of Object.entries(job.ticks ?? {})) {
    form.getRadioGroup(name).select(state);
  }
  for (const name of Object.keys(job.unticks ?? {})) {
    form.getRadioGroup(name).clear();
  }
  for (const [name, text] of Object.entries(job.texts ?? {})) {
    form.getTextField(name).setText(text);
  }
  if (job.do === "flatten") {
    form.flatten();
  }
  return document.save();
}

// PDF.js asks for it when it is loaded, and uses it when it draws.
globalThis.DOMMatrix ??= class {};

// As the viewer does it: what a person changes goes into the annotation storage, by annotation.
async function pdfjs(job, bytes) {
  const { getDocument, VerbosityLevel } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const task = getDocument({ data: new Uint8Array(bytes), verbosity: VerbosityLevel.ERRORS });
  const document = await task.promise;
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    for (const box of await page.getAnnotations({ intent: "display" })) {
      const name = box.fieldName;
      if (name in (job.texts ?? {})) {
        document.annotationStorage.setValue(box.id, { value: job.texts[name] });
      } else if (name in (job.ticks ?? {})) {
        document.annotationStorage.setValue(box.id, { value: box.buttonValue === job.ticks[name] });
      } else if (name in (job.unticks ?? {})) {
        document.annotationStorage.setValue(box.id, { value: false });
      }
    }
  }
  const saved = await document.saveDocument();
  await task.destroy();
  return saved;
}

const engine = engines[process.argv[2]];
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  try {
    await writeFile(job.out, await engine(job, await readFile(job.in)));
    console.log("done");
  } catch (error) {
    console.log(String(error?.stack ?? error).replace(/\s+/g, " "));
  }
}
