import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDField;

/**
 * Fills and flattens forms with PDFBox, many in one JVM.
 *
 * <p>Reads lines "(fill|flatten) TAB in TAB out (TAB name TAB value)*", with line ends in values
 * written as backslash and n. Answers each with "done", or with what went wrong.
 */
public final class PdfboxDriver {
    private PdfboxDriver() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what libraries print must not mix with the answers
        BufferedReader steps =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String step = steps.readLine(); step != null; step = steps.readLine()) {
            String[] parts = step.split("\t", -1);
            out.println(work(parts));
        }
    }

    private static String work(String[] parts) {
        try (PDDocument document = PDDocument.load(new File(parts[1]))) {
            PDAcroForm form = document.getDocumentCatalog().getAcroForm();
            for (int at = 3; at + 1 < parts.length; at += 2) {
                PDField field = form.getField(parts[at]);
                field.setValue(parts[at + 1].replace("\\n", "\n"));
            }
            if (parts[0].equals("flatten")) {
                form.flatten();
            }
            document.save(parts[2]);
            return "done";
        } catch (Exception error) { // one file must not end the others' turn
            return error.toString().replaceAll("\\s+", " ");
        }
    }
}
