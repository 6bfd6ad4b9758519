package io.github.packetboat.mailbox;

import java.util.ArrayList;
import java.util.List;

/** Collects the defects of one mail, each once, and not without end. One thread only. */
final class Defects {
    private static final int MAX = 100;

    private final List<Defect> found = new ArrayList<>();

    void add(Defect.Kind kind, String detail) {
        Defect defect = new Defect(kind, Texts.clean(detail, Defect.MAX_DETAIL));
        if (found.size() < MAX && !found.contains(defect)) {
            found.add(defect);
        }
    }

    List<Defect> list() {
        return List.copyOf(found);
    }
}
